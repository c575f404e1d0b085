import { type INestApplication, Module } from '@nestjs/common';
import { UsersModule } from 'nestjs-users';
import { addUserAndLogIn } from './login.js';
import { database, User } from './user.entity.js';

@Module({
  imports: [
    database(),
    UsersModule.forRoot({
      secret: 'ds9zCXlc8_OUrCsc51eemSBuKB8IfgpgU-a1yjYKvnPN',
      entities: { user: User },
      requireVerification: false,
      // All load is of one client and one account, and more than ten logins of one account at once are refused.
      limits: false,
      auth: {},
      currentUser: {},
    }),
  ],
})
export class AppModule {}

export const seed = (app: INestApplication) => addUserAndLogIn(app, 'jwt');
