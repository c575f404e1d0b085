const { randomBytes } = require('node:crypto');

/** Boots an application, registers a user, logs in, and prints the answers and where the library came from. */
module.exports = async function exercise(origin, { common, core, nestTypeorm, typeorm, users }) {
  class User extends users.UuidUser {}
  typeorm.Entity()(User);

  class AppModule {}
  common.Module({
    imports: [
      nestTypeorm.TypeOrmModule.forRoot({
        type: 'better-sqlite3',
        database: ':memory:',
        entities: [User],
        synchronize: true,
      }),
      users.UsersModule.forRoot({
        secret: randomBytes(32).toString('hex'),
        entities: { user: User },
        requireVerification: false,
        auth: {},
        registration: {},
      }),
    ],
  })(AppModule);

  const app = await core.NestFactory.create(AppModule, { logger: false, abortOnError: false });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const post = (path) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'ada@example.com', password: 'correct horse battery' }),
    });
  const registration = await post('/auth/register');
  const login = await post('/auth/jwt/login');
  const { token_type: tokenType } = await login.json();
  await app.close();

  console.log(JSON.stringify({ origin, answers: [registration.status, login.status, tokenType] }));
};
