import type { CallHandler } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { type BaseUser, RolesAccepted, RolesService, Superuser } from 'nestjs-users';
import type { Response } from 'supertest';
import { Gate } from '../support/gate.js';
import { type Host, type HostOptions, onEachHost, PASSWORD } from '../support/host.js';
import { Member, MemberSession, Role } from '../support/users.js';

const NEW_PASSWORD = 'a new password indeed';
const ROUNDS = Number(process.env['RACE_ROUNDS'] ?? 2);

type Client = Host['api'];

const OPTIONS: HostOptions = {
  user: Member,
  role: Role,
  session: MemberSession,
  roleManagement: { guards: [RolesAccepted('boss')] },
  userManagement: { guards: [RolesAccepted('helper', 'boss')] },
  currentUser: { deletion: true },
};

const superusersOf = ({ users }: Pick<Host, 'users'>) => users.countBy({ isSuperuser: true, isActive: true });

onEachHost((boot, _adapter, database) => {
  async function administered(hooks: HostOptions['hooks'], more: HostOptions = {}) {
    const host = await boot({ ...OPTIONS, ...(hooks && { hooks }), ...more });
    const roles = host.app.get(RolesService);
    for (const name of ['helper', 'boss', 'reader']) await roles.addRole({ name });
    const give = async (user: BaseUser, name: string) =>
      roles.assignRole(user.id, (await roles.getRoleByName(name)).id);
    const take = async (user: BaseUser, name: string) =>
      roles.revokeRole(user.id, (await roles.getRoleByName(name)).id);
    const login = async (name: string, fields: Partial<BaseUser> = {}, ...names: string[]) => {
      const { user, api } = await host.login({ email: `${name}@example.com`, ...fields });
      for (const role of names) await give(user, role);
      return { user, api };
    };
    return { ...host, roles, give, take, login };
  }

  const TAKEN: [
    string,
    'preDeleteHook' | 'preUpdateHook',
    (of: Client, id: BaseUser['id']) => PromiseLike<Response>,
  ][] = [
    ['deletion', 'preDeleteHook', (of, id) => of.delete(`/users/${id}`)],
    ['deactivation', 'preUpdateHook', (of, id) => of.patch(`/users/${id}`, { isActive: false })],
    ['demotion', 'preUpdateHook', (of, id) => of.patch(`/users/${id}`, { isSuperuser: false })],
  ];

  test.each(TAKEN)(
    'a %s under way does not take the last superuser, who was none when it began',
    async (_, hook, take) => {
      const gate = new Gate();
      const host = await administered({ [hook]: gate.wait });
      const boss = await host.login('boss', { isSuperuser: true });
      const { user: next } = await host.login('next');
      const answer = await gate.during(take(boss.api, next.id), async () => {
        await host.service.updateUser(next.id, { isSuperuser: true });
        await host.service.updateUser(boss.user.id, { isSuperuser: false });
      });
      // The one who asks is no superuser any more: that is what the answer says.
      expect(answer.status).toBe(403);
      expect(await superusersOf(host)).toBe(1);
    },
  );

  test('users who delete themselves while they become the last superuser stay', async () => {
    const gate = new Gate();
    const host = await administered({ preDeleteHook: gate.wait });
    const boss = await host.login('boss', { isSuperuser: true });
    const next = await host.login('next');
    const answer = await gate.during(next.api.delete('/users/me'), async () => {
      await host.service.updateUser(next.user.id, { isSuperuser: true });
      await host.service.updateUser(boss.user.id, { isSuperuser: false });
    });
    expect([answer.status, answer.body]).toMatchObject([409, { detail: 'LAST_SUPERUSER' }]);
    expect(await superusersOf(host)).toBe(1);
  });

  const RISES: [
    string,
    (
      to: { give: (user: BaseUser, name: string) => unknown; service: Host['service'] },
      user: BaseUser,
    ) => unknown,
  ][] = [
    ['is made a superuser', ({ service }, { id }) => service.updateUser(id, { isSuperuser: true })],
    ['is given a role that the helper lacks', ({ give }, user) => give(user, 'boss')],
  ];

  test.each(RISES)('a helper’s change under way does not reach a user who %s meanwhile', async (_, rise) => {
    const gate = new Gate();
    const host = await administered({ preUpdateHook: gate.wait, preDeleteHook: gate.wait });
    const helper = await host.login('helper', {}, 'helper');
    const bodies = [{ password: NEW_PASSWORD }, { email: 'eve@example.com' }, { isActive: false }, undefined];
    for (const [index, body] of bodies.entries()) {
      const { user } = await host.login(`target${index}`);
      const path = `/users/${user.id}`;
      const request = body ? helper.api.patch(path, body) : helper.api.delete(path);
      const answer = await gate.during(request, async () => rise(host, user));
      expect(answer.status).toBe(403);
      await host.api.login(`target${index}@example.com`, PASSWORD);
    }
  });

  const FALLS: [
    string,
    number,
    (
      of: { take: (user: BaseUser, name: string) => unknown } & Pick<Host, 'service' | 'sessions'>,
      actor: BaseUser,
    ) => unknown,
  ][] = [
    ['has lost the role', 403, ({ take }, actor) => take(actor, 'helper')],
    ['was deactivated', 401, ({ service }, { id }) => service.updateUser(id, { isActive: false })],
    ['has logged out', 401, ({ sessions }, { id }) => sessions?.delete({ user: { id } })],
    ['was deleted', 401, ({ service }, { id }) => service.deleteUser(id)],
  ];

  test.each(FALLS)(
    'the change under way of a helper who %s meanwhile answers %i',
    async (_, status, fall) => {
      const gate = new Gate();
      const host = await administered({ preUpdateHook: gate.wait });
      const helper = await host.login('helper', {}, 'helper');
      const { user } = await host.login('target');
      const answer = await gate.during(
        helper.api.patch(`/users/${user.id}`, { password: NEW_PASSWORD }),
        async () => fall(host, helper.user),
      );
      expect(answer.status).toBe(status);
      await host.api.login('target@example.com', PASSWORD);
    },
  );

  const OWN: [string, HostOptions, (of: Host, actor: BaseUser) => unknown][] = [
    [
      'is verified no more',
      { requireVerification: true },
      ({ users }, { id }) => users.update({ id }, { isVerified: false }),
    ],
    [
      'is a superuser no more',
      { currentUser: { deletion: true, guards: [Superuser()] } },
      ({ users }, { id }) => users.update({ id }, { isSuperuser: false }),
    ],
  ];

  test.each(OWN)(
    'a change of one’s own by somebody who %s meanwhile is refused',
    async (_, options, fall) => {
      const gate = new Gate();
      const hooks = { preUpdateHook: gate.wait, preDeleteHook: gate.wait };
      const host = await boot({ ...OPTIONS, ...options, hooks });
      await host.addUser({ email: 'other@example.com', isSuperuser: true });
      const changes = [
        (api: Client) => api.patch('/users/me', { password: NEW_PASSWORD }),
        (api: Client) => api.delete('/users/me'),
        (api: Client, id: BaseUser['id']) => api.patch(`/users/${id}`, { password: NEW_PASSWORD }),
      ];
      for (const [index, change] of changes.entries()) {
        const email = `ada${index}@example.com`;
        const { user, api } = await host.login({ email, isSuperuser: true });
        const answer = await gate.during(change(api, user.id), async () => fall(host, user));
        expect(answer.status).toBe(403);
        await host.users.update({ id: user.id }, { isVerified: true });
        await host.api.login(email, PASSWORD);
      }
    },
  );

  test.each([
    ['DELETE /users/:id/sessions', 'helper'],
    ['DELETE /users/:id/sessions/:session', 'helper'],
    ['POST /users/:id/password-reset', 'helper'],
    ['DELETE /users/me/sessions', 'self'],
    ['DELETE /users/me/sessions/:session', 'self'],
  ])('what a request rests on is asked where it acts: %s', async (route, who) => {
    const gate = new Gate();
    const interceptor = {
      intercept: async (_: unknown, next: CallHandler) => {
        await gate.wait();
        return next.handle();
      },
    };
    const waiting = { providers: [{ provide: APP_INTERCEPTOR, useValue: interceptor }] };
    const host = await administered(undefined, { host: waiting });
    const ada = await host.login('ada');
    const other = who === 'self' ? ada : await host.login('helper', {}, 'helper');
    const [method = '', path = ''] = route.replace(':id', String(ada.user.id)).split(' ');
    const second = host.api.as(await host.api.login('ada@example.com', PASSWORD));
    const { body } = await second.get('/users/me/sessions').expect(200);
    const { id } =
      (body.items as { id: string; isCurrent: boolean }[]).find(({ isCurrent }) => isCurrent) ?? {};
    const request =
      method === 'POST'
        ? other.api.post(path.replace(':session', String(id)))
        : other.api.delete(path.replace(':session', String(id)));
    const answer = await gate.during(request, () =>
      who === 'self'
        ? host.service.updateUser(ada.user.id, { password: NEW_PASSWORD })
        : host.take(other.user, 'helper'),
    );
    expect(answer.status).toBe(who === 'self' ? 401 : 403);
    await host.settled();
    expect(host.outbox.mails).toEqual([]);
    if (who !== 'self') await second.get('/users/me').expect(200);
  });

  test('an administrator who is none any more makes nobody', async () => {
    const gate = new Gate();
    const host = await administered({ validatePassword: gate.wait });
    await host.login('other', { isSuperuser: true });
    const boss = await host.login('root', { isSuperuser: true });
    const body = { email: 'eve@example.com', password: NEW_PASSWORD };
    const answer = await gate.during(boss.api.post('/users', body), () =>
      host.service.updateUser(boss.user.id, { isSuperuser: false }),
    );
    expect(answer.status).toBe(403);
    expect(await host.users.countBy({ email: body.email })).toBe(0);
  });

  test('superusers who are changed at once stand in nobody’s way, and one is left', async () => {
    const host = await administered({});
    const statuses = new Set<number>();
    for (let round = 0; round < ROUNDS * 5; round++) {
      const bosses = [];
      for (let index = 0; index < 6; index++) {
        bosses.push(await host.addUser({ email: `boss${round}-${index}@example.com`, isSuperuser: true }));
      }
      const statusOf = (change: Promise<unknown>) =>
        change.then(
          () => 200,
          (error: { status?: number }) => error.status ?? 500,
        );
      const changes = bosses.flatMap(({ id }) => [
        statusOf(host.service.updateUser(id, { isSuperuser: false })),
        statusOf(host.service.updateUser(id, { password: NEW_PASSWORD })),
        statusOf(host.service.updateUser(id, { isActive: false })),
        statusOf(host.service.deleteUser(id)),
      ]);
      for (const status of await Promise.all(changes)) statuses.add(status);
      expect(await superusersOf(host)).toBeGreaterThanOrEqual(1);
    }
    expect([...statuses].filter((status) => ![200, 404, 409].includes(status))).toEqual([]);
    expect(database).toBeDefined();
  });
});
