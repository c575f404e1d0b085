const { randomBytes } = require('node:crypto');

/**
 * Boots an application, registers a user, logs in, forgets the password, asks for what needs no provider, and prints the
 * answers and where the library came from. Mails go to the server SMTP_URL.
 */
module.exports = async function exercise(
  origins,
  { common, core, nestTypeorm, typeorm, users, mail, oauth2 },
) {
  class User extends users.UuidUser {}
  typeorm.Entity()(User);

  class OAuthAccount extends users.UuidOAuthAccount {}
  typeorm.ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })(OAuthAccount.prototype, 'user');
  typeorm.Entity()(OAuthAccount);

  class OneTimeToken extends users.BaseOneTimeToken {}
  typeorm.Entity()(OneTimeToken);

  const entities = { user: User, oauthAccount: OAuthAccount, oneTimeToken: OneTimeToken };
  const application = { clientId: 'an-application', clientSecret: 'a client secret' };

  class AppModule {}
  common.Module({
    imports: [
      nestTypeorm.TypeOrmModule.forRoot({
        type: 'better-sqlite3',
        database: ':memory:',
        entities: Object.values(entities),
        synchronize: true,
      }),
      users.UsersModule.forRoot({
        secret: randomBytes(32).toString('hex'),
        entities,
        requireVerification: false,
        auth: {},
        registration: {},
        passwordReset: {},
        mailer: mail.mailer({
          transport: process.env.SMTP_URL,
          from: 'Shop <shop@example.com>',
          publicUrl: 'https://shop.example.com',
        }),
        oauth2: oauth2.oauth2({
          clients: [
            oauth2.google(application),
            oauth2.oidc({ name: 'acme', issuer: 'https://id.example.com', ...application }),
          ],
          publicUrl: 'https://api.example.com',
        }),
      }),
    ],
  })(AppModule);

  const app = await core.NestFactory.create(AppModule, { logger: false, abortOnError: false });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const get = (path, headers = {}) => fetch(`${url}${path}`, { headers });
  const credentials = { email: 'ada@example.com', password: 'correct horse battery' };
  const post = (path, body = credentials) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const registration = await post('/auth/register');
  const login = await post('/auth/jwt/login');
  const { access_token: token, token_type: tokenType } = await login.json();
  const accounts = await get('/users/me/oauth-accounts', { authorization: `Bearer ${token}` });
  const callback = await get('/auth/google/callback?state=x');
  const forgotten = await post('/auth/forgot-password', { email: 'ada@example.com' });
  const answers = {
    forgotten: forgotten.status,
    registration: registration.status,
    login: [login.status, tokenType],
    accounts: [accounts.status, await accounts.json()],
    callback: [callback.status, await callback.json()],
  };
  await app.close();

  console.log(JSON.stringify({ origins, answers }));
};
