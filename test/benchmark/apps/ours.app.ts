import { type INestApplication, Module } from '@nestjs/common';
import { UsersModule, UsersService } from 'nestjs-users';
import { database, EMAIL, PASSWORD, User } from './user.entity.js';

@Module({
  imports: [
    database(),
    UsersModule.forRoot({
      secret: 'only for this benchmark, 32 bytes or more',
      entities: { user: User },
      requireVerification: false,
      auth: {},
      currentUser: {},
    }),
  ],
})
export class AppModule {}

export async function seed(app: INestApplication): Promise<string> {
  await app.get(UsersService).addUser({ email: EMAIL, password: PASSWORD }, { verify: true });
  const answer = await fetch(`${await app.getUrl()}/auth/jwt/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return token;
}
