import type { INestApplication } from '@nestjs/common';
import { UsersService } from 'nestjs-users';
import { EMAIL, PASSWORD } from './user.entity.js';

/** Adds the one user, and logs them in at a backend; returns the headers of a request of theirs. */
export async function addUserAndLogIn(
  app: INestApplication,
  backend: string,
  fields: { isSuperuser?: boolean } = {},
): Promise<Record<string, string>> {
  await app.get(UsersService).addUser({ email: EMAIL, password: PASSWORD, ...fields }, { verify: true });
  const answer = await fetch(`${await app.getUrl()}/auth/${backend}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
  });
  const cookie = answer.headers.getSetCookie().at(0);
  if (cookie !== undefined) return { cookie: cookie.replace(/;.*/, '') };
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return { authorization: `Bearer ${token}` };
}
