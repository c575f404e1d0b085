import { Controller, Get, Injectable, Module, UseGuards } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  Authenticated,
  BaseOneTimeToken,
  CurrentUser,
  Superuser,
  UsersModule,
  UsersService,
  UuidOAuthAccount,
  UuidUser,
} from 'nestjs-users';
import { google, oauth2 } from 'nestjs-users/oauth2';
import { Entity, ManyToOne, type Relation } from 'typeorm';

@Entity('users')
export class User extends UuidUser {}

@Entity('oauth_accounts')
class OAuthAccount extends UuidOAuthAccount {
  @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })
  user!: Relation<User>;
}

@Entity('one_time_tokens')
class OneTimeToken extends BaseOneTimeToken {}

@Injectable()
export class AppUsersService extends UsersService<User> {
  override sendVerificationToken() {
    throw new Error('A test sends no mail.');
  }

  override sendPasswordResetToken() {
    throw new Error('A test sends no mail.');
  }
}

@Controller('notes')
@UseGuards(Authenticated())
export class NotesController {
  constructor(private readonly users: AppUsersService) {}

  @Get()
  list(@CurrentUser() user: User) {
    return { of: user.email };
  }

  @Get('count')
  @UseGuards(Superuser())
  async count() {
    const [, count] = await this.users.listAndCountUsers();
    return { count };
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'better-sqlite3',
      database: ':memory:',
      autoLoadEntities: true,
      synchronize: true,
    }),
    UsersModule.forRoot({
      secret: 'klm6WtLf3zlzPE9cgafjiOgDkjRp8o5sRVG5s8UPKF6r',
      entities: { user: User, oauthAccount: OAuthAccount, oneTimeToken: OneTimeToken },
      service: AppUsersService,
      auth: {},
      registration: {},
      verification: {},
      passwordReset: {},
      currentUser: {},
      oauth2: oauth2({
        clients: [google({ clientId: 'an-application', clientSecret: 'a client secret' })],
        publicUrl: 'https://api.example.com',
      }),
    }),
  ],
  controllers: [NotesController],
})
export class AppModule {}
