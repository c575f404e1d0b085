import { IsOptional, IsString } from 'class-validator';
import { UserUpdateDto } from 'nestjs-users';
import type { Response } from 'supertest';
import { DataSource } from 'typeorm';
import { combine, STRATEGIES } from '../support/backends.js';
import { Gate } from '../support/gate.js';
import { type Host, type HostOptions, onEachHost, PASSWORD } from '../support/host.js';

type Client = Host['api'];

const EMAIL = 'ada@example.com';
const NEW_PASSWORD = 'a new password indeed';

class NamedUpdateDto extends UserUpdateDto {
  @IsOptional()
  @IsString()
  fullName?: string | null;
}

/** Ways in which the login of a request ends while the request is under way. */
const ENDS: [string, (own: Client, other: Client) => Promise<Response>][] = [
  ['logging out', async (own) => own.post('/auth/main/logout').expect(204)],
  ['logging out everywhere', async (_, other) => other.post('/auth/main/logout-all').expect(204)],
];

const CHANGES: [string, 'preUpdateHook' | 'preDeleteHook', (own: Client) => PromiseLike<Response>][] = [
  ['a new password', 'preUpdateHook', (own) => own.patch('/users/me', { password: NEW_PASSWORD })],
  ['a new name', 'preUpdateHook', (own) => own.patch('/users/me', { fullName: 'Eve' })],
  ['a new address', 'preUpdateHook', (own) => own.patch('/users/me', { email: 'eve@example.com' })],
  ['a deletion', 'preDeleteHook', (own) => own.delete('/users/me')],
];

onEachHost({ takesLong: true }, (boot) => {
  for (const strategy of STRATEGIES) {
    /** Ada, logged in twice. */
    async function twice(options: HostOptions) {
      const { options: backend, close } = await combine('bearer', strategy);
      const host = await boot({ ...options, ...backend });
      await host.addUser();
      const login = () => host.api.loggedIn(EMAIL, PASSWORD, 'main');
      return { ...host, login, own: await login(), other: await login(), close };
    }

    test.each(CHANGES)(`${strategy}: %s that waits while its login ends changes nothing`, async (...row) => {
      const [, hook, change] = row;
      const gate = new Gate();
      const { own, other, users, login, close } = await twice({
        dtos: { update: NamedUpdateDto },
        currentUser: { deletion: true },
        hooks: { [hook]: gate.wait },
      });
      let pair = [own, other] as const;
      for (const [, end] of ENDS) {
        const answer = await gate.during(change(pair[0]), () => end(...pair));
        expect(answer.status).toBe(401);
        expect(answer.headers).not.toHaveProperty('authorization');
        expect(await users.find()).toMatchObject([{ email: EMAIL, fullName: null }]);
        pair = [await login(), await login()];
      }
      await close();
    });

    test(`${strategy}: a change of address ends with the login that began it`, async () => {
      const { api, own, other, login, outbox, settled, users, close } = await twice({
        requireVerification: true,
      });
      let pair = [own, other] as const;
      for (const [, end] of ENDS) {
        await pair[0].patch('/users/me', { email: 'new@example.com' }).expect(200);
        await settled();
        await end(...pair);
        const { token } = outbox.last('new@example.com');
        await api.post('/auth/verify', { token }).expect(400, /VERIFY_USER_BAD_TOKEN/);
        expect(await users.find()).toMatchObject([{ email: EMAIL }]);
        pair = [await login(), await login()];
      }

      const [still] = pair;
      const both = { email: 'new@example.com', password: NEW_PASSWORD };
      const answer = await still.patch('/users/me', both).expect(200);
      await settled();
      await api.post('/auth/verify', { token: outbox.last('new@example.com').token }).expect(200);
      await api.carrying(answer).get('/users/me').expect(200);
      await api.loggedIn('new@example.com', NEW_PASSWORD, 'main');
      await close();
    });

    test(`${strategy}: the token that comes with a new password is of that change, and no later one`, async () => {
      const gate = new Gate();
      const { own, users, close } = await twice({
        prepare: (app) =>
          app.get(DataSource).subscribers.push({
            afterUpdate: ({ queryRunner }) => (queryRunner.isTransactionActive ? undefined : gate.wait()),
            afterTransactionCommit: gate.wait,
          }),
      });
      // Right after the change, somebody ends every login.
      const answer = await gate.during(own.patch('/users/me', { password: NEW_PASSWORD }), () =>
        users.increment({ email: EMAIL }, 'tokenVersion', 1),
      );
      expect(answer.status).toBe(200);
      await own.get('/users/me').expect(401);
      const { authorization } = answer.headers as { authorization: string };
      await own.with({ authorization }).get('/users/me').expect(401);
      await close();
    });
  }
});
