import {
  Controller,
  type ExecutionContext,
  Get,
  type INestApplication,
  Module,
  UseGuards,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  Authenticated,
  BaseOneTimeToken,
  CurrentUser,
  UsersModule,
  UsersService,
  UuidOAuthAccount,
  UuidUser,
} from 'nestjs-users';
import { google, OAuthAccountsService, oauth2, oidc } from 'nestjs-users/oauth2';
import { django, firebase, keycloakHash } from 'nestjs-users/schemes';
import {
  actingAs,
  captureMails,
  cheapHashes,
  fakeCurrentUser,
  fakeGuard,
  fakeProvider,
  travel,
  withCheapHashes,
} from 'nestjs-users/testing';
import { Column, Entity, ManyToOne } from 'typeorm';

@Entity()
class User extends UuidUser {
  @Column()
  fullName!: string;
}

@Entity()
class OAuthAccount extends UuidOAuthAccount {
  @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })
  user!: User;
}

@Entity()
class OneTimeToken extends BaseOneTimeToken {}

class AppUsersService extends UsersService<User> {
  override postRegistrationHook(user: User) {
    return user.fullName.length;
  }
}

/** As Nest's documentation extends guards. */
export class AuthGuard extends Authenticated() {
  override async canActivate(context: ExecutionContext) {
    return super.canActivate(context);
  }
}

@Controller('reports')
@UseGuards(Authenticated({ verified: false }))
class ReportsController {
  constructor(private readonly accounts: OAuthAccountsService) {}

  @Get()
  async list(@CurrentUser() user: User) {
    const [oldest] = await this.accounts.list(user);
    return [user.fullName, oldest?.accountEmail?.length];
  }
}

const publicUrl = 'https://api.example.com';
const application = { clientId: 'an-application', clientSecret: 'a client secret' };

@Module({
  imports: [
    UsersModule.forRoot({ secret: 'a', entities: { user: User }, service: AppUsersService, auth: {} }),
    UsersModule.forRootAsync({ entities: { user: User }, useFactory: () => ({ secret: 'a' }) }),
    UsersModule.forRoot({
      secret: 'a',
      entities: { user: User, oauthAccount: OAuthAccount, oneTimeToken: OneTimeToken },
      oauth2: oauth2<User>({
        clients: [
          google(application),
          oidc({ name: 'acme', issuer: 'https://id.example.com', ...application }),
        ],
        publicUrl,
        newUser: ({ claims }) => ({ fullName: String(claims['name']) }),
      }),
    }),
    // @ts-expect-error -- types that had fallen back to `any` would take this
    UsersModule.forRoot({ entities: { user: User } }),
    // @ts-expect-error -- nor is there such a client
    UsersModule.forRoot({ secret: 'a', entities: { user: User }, oauth2: oauth2({ clients: ['google'] }) }),
  ],
  controllers: [ReportsController],
})
export class AppModule {}

/** As tests use the kit. */
export async function story(app: INestApplication, user: User) {
  const fake = fakeGuard({
    id: '1',
    email: 'ada@example.com',
    fullName: 'Ada',
    roles: [{ name: 'analyst' }],
  });
  const builder = withCheapHashes(Test.createTestingModule({ imports: [AppModule] }));
  const module = await fakeCurrentUser(builder, ({ headers }) => (headers.authorization ? user : undefined))
    .overrideGuard(Authenticated())
    .useValue(fake)
    .compile();
  const comeBack = travel(60);
  const headers: Record<string, string> = await actingAs(module, user, { backend: 'jwt' });
  const { token } = await captureMails(app).next('reset-password', user.email);
  const notice = await captureMails(app).next('email-change-notice');
  const answer = await fakeProvider(app, 'google').logIn({ subject: 42 }, { headers });
  comeBack();
  // @ts-expect-error -- a notice has no token
  const none: string = notice.token;
  return [token.length, none, answer.status, cheapHashes({ minLength: 12 }).argon2id];
}

export const schemes = [
  django(),
  firebase({ signerKey: 'AAAA', saltSeparator: 'Bw==', rounds: 8, memoryCost: 14 }),
];
export const rows = keycloakHash({ credentialData: '{}', secretData: '{}' }).length;
