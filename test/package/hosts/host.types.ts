import { Controller, type ExecutionContext, Get, Module, UseGuards } from '@nestjs/common';
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
