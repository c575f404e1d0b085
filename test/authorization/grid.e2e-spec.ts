import { randomUUID } from 'node:crypto';
import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { RolesAccepted, RolesService, UsersModule } from 'nestjs-users';
import { oauth2 } from 'nestjs-users/oauth2';
import { DataSource } from 'typeorm';
import { type Host, onEachAdapter, PASSWORD } from '../support/host.js';
import { nowhere, PUBLIC_URL } from '../support/oauth2.js';
import { MemberOAuthAccount, OneTimeToken } from '../support/oauth2-entities.js';
import { Member, MemberSession, Role } from '../support/users.js';

const ACTORS = ['anonymous', 'user', 'unverified', 'inactive', 'helper', 'superuser'] as const;
type Actor = (typeof ACTORS)[number];

const MISSING = '00000000-0000-0000-0000-000000000000';
const NEW_ROLE = { name: 'new' };

/** Every route with a body that is right, and what its `:id`s stand for. */
const ROUTES: [string, object?][] = [
  ['POST /auth/jwt/login', { email: 'nobody@example.com', password: PASSWORD }],
  ['POST /auth/jwt/logout'],
  ['POST /auth/jwt/logout-all'],
  ['GET /auth/acme/authorize'],
  ['GET /auth/acme/callback'],
  ['POST /auth/acme/token', { code: 'x', code_verifier: 'x' }],
  ['GET /auth/associate/acme/authorize'],
  ['GET /auth/associate/acme/callback'],
  ['GET /users/me/oauth-accounts'],
  ['DELETE /users/me/oauth-accounts/:account'],
  ['POST /auth/register', { email: 'new@example.com', password: PASSWORD }],
  ['POST /auth/request-verify-token', { email: 'new@example.com' }],
  ['POST /auth/verify', { token: 'x' }],
  ['POST /auth/forgot-password', { email: 'new@example.com' }],
  ['POST /auth/reset-password', { token: 'x', password: PASSWORD }],
  ['GET /users/me'],
  ['PATCH /users/me', {}],
  ['DELETE /users/me'],
  ['GET /users/me/sessions'],
  ['DELETE /users/me/sessions'],
  ['DELETE /users/me/sessions/:session'],
  ['GET /users/roles'],
  ['POST /users/roles', NEW_ROLE],
  ['PATCH /users/roles/:role', NEW_ROLE],
  ['DELETE /users/roles/:role'],
  ['PUT /users/roles/assign', { userId: ':id', roleId: ':role' }],
  ['PUT /users/roles/revoke', { userId: ':id', roleId: ':role' }],
  ['GET /users'],
  ['POST /users', { email: 'new@example.com' }],
  ['GET /users/:id'],
  ['PATCH /users/:id', { isVerified: true }],
  ['DELETE /users/:id'],
  ['POST /users/:id/password-reset'],
  ['GET /users/:id/sessions'],
  ['DELETE /users/:id/sessions'],
  ['DELETE /users/:id/sessions/:session'],
];

/** Statuses in the order of the actors; one line a route and kind of id. */
const GRID = `
POST /auth/jwt/login                             400 400 400 400 400 400
POST /auth/jwt/logout                            401 204 403 401 204 204
POST /auth/jwt/logout-all                        401 204 403 401 204 204
GET /auth/acme/authorize                         200 200 200 200 200 200
GET /auth/acme/callback                          400 400 400 400 400 400
POST /auth/acme/token                            400 400 400 400 400 400
GET /auth/associate/acme/authorize               401 200 403 401 200 200
GET /auth/associate/acme/callback                400 400 400 400 400 400
GET /users/me/oauth-accounts                     401 200 403 401 200 200
DELETE /users/me/oauth-accounts/:account own       - 204 403 401 204 204
DELETE /users/me/oauth-accounts/:account other   401 404 403 401 404 404
DELETE /users/me/oauth-accounts/:account missing 401 404 403 401 404 404
POST /auth/register                              201 201 201 201 201 201
POST /auth/request-verify-token                  202 202 202 202 202 202
POST /auth/verify                                400 400 400 400 400 400
POST /auth/forgot-password                       202 202 202 202 202 202
POST /auth/reset-password                        400 400 400 400 400 400
GET /users/me                                    401 200 403 401 200 200
PATCH /users/me                                  401 200 200 401 200 200
DELETE /users/me                                 401 204 403 401 204 204
GET /users/me/sessions                           401 200 403 401 200 200
DELETE /users/me/sessions                        401 204 403 401 204 204
DELETE /users/me/sessions/:session own             - 204 403 401 204 204
DELETE /users/me/sessions/:session other         401 404 403 401 404 404
DELETE /users/me/sessions/:session missing       401 404 403 401 404 404
GET /users/roles                                 401 403 403 401 200 200
POST /users/roles                                401 403 403 401 201 201
PATCH /users/roles/:role known                   401 403 403 401 200 200
PATCH /users/roles/:role missing                 401 403 403 401 404 404
DELETE /users/roles/:role known                  401 403 403 401 204 204
DELETE /users/roles/:role missing                401 403 403 401 404 404
PUT /users/roles/assign own                        - 403 403 401 200 200
PUT /users/roles/assign other                    401 403 403 401 200 200
PUT /users/roles/assign missing                  401 403 403 401 404 404
PUT /users/roles/revoke own                        - 403 403 401 200 200
PUT /users/roles/revoke other                    401 403 403 401 200 200
PUT /users/roles/revoke missing                  401 403 403 401 404 404
GET /users                                       401 403 403 401 200 200
POST /users                                      401 403 403 401 201 201
GET /users/:id own                                 - 403 403 401 200 200
GET /users/:id other                             401 403 403 401 200 200
GET /users/:id missing                           401 403 403 401 404 404
PATCH /users/:id own                               - 403 403 401 200 200
PATCH /users/:id other                           401 403 403 401 200 200
PATCH /users/:id missing                         401 403 403 401 404 404
DELETE /users/:id own                              - 403 403 401 403 403
DELETE /users/:id other                          401 403 403 401 204 204
DELETE /users/:id missing                        401 403 403 401 404 404
POST /users/:id/password-reset own                 - 403 403 401 202 202
POST /users/:id/password-reset other             401 403 403 401 202 202
POST /users/:id/password-reset missing           401 403 403 401 404 404
GET /users/:id/sessions own                        - 403 403 401 200 200
GET /users/:id/sessions other                    401 403 403 401 200 200
GET /users/:id/sessions missing                  401 403 403 401 404 404
DELETE /users/:id/sessions own                     - 403 403 401 204 204
DELETE /users/:id/sessions other                 401 403 403 401 204 204
DELETE /users/:id/sessions missing               401 403 403 401 404 404
DELETE /users/:id/sessions/:session own            - 403 403 401 204 204
DELETE /users/:id/sessions/:session other        401 403 403 401 204 204
DELETE /users/:id/sessions/:session missing      401 403 403 401 404 404
`;

const options = {
  user: Member,
  role: Role,
  session: MemberSession,
  requireVerification: true,
  oauthAccount: MemberOAuthAccount,
  oneTimeToken: OneTimeToken,
  oauth2: oauth2({ clients: [nowhere('acme')], publicUrl: PUBLIC_URL }),
  currentUser: { deletion: true },
  userManagement: { guards: [RolesAccepted('helper')] },
  roleManagement: { guards: [RolesAccepted('helper')] },
};

onEachAdapter('sqlite', { takesLong: true }, (boot) => {
  test('the grid has every route that there is', async () => {
    const { app } = await boot(options);
    const found = [...app.get(ModulesContainer, { strict: false }).values()]
      .filter(({ metatype }) => metatype === UsersModule)
      .flatMap(({ controllers }) =>
        [...controllers.values()].flatMap(({ metatype }) => routesOf(metatype as never)),
      );
    const known = ROUTES.map(([route]) => route.replace(/:\w+/g, ':id'));
    expect(new Set(found.map((route) => route.replace(/:\w+/g, ':id')))).toEqual(new Set(known));
  });

  test.each(ROUTES.map(([route, body]) => ({ route, body })))(
    '$route answers each actor as the grid says',
    async ({ route, body }) => {
      const host = await boot(options);
      const lines: string[] = [];
      for (const kind of kindsOf(route + JSON.stringify(body ?? {}))) {
        const statuses = [];
        for (const actor of ACTORS) statuses.push(await ask(host, actor, route, body, kind));
        lines.push(`${`${route} ${kind}`.trim().padEnd(48)} ${statuses.join(' ')}`);
      }
      expect(lines).toEqual(linesOf(route));
    },
  );
});

/** The lines of the grid about a route, and not about one that begins alike. */
const linesOf = (route: string): string[] =>
  GRID.split('\n').filter((line) => {
    const [method, path] = line.split(' ');
    return `${method} ${path}` === route;
  });

/** What the ids of a route may stand for. */
function kindsOf(text: string): string[] {
  if (/:(id|session|account)\b/.test(text)) return ['own', 'other', 'missing'];
  return text.includes(':role') ? ['known', 'missing'] : [''];
}

function routesOf(controller: { prototype: Record<string, object> }): string[] {
  const prefix = Reflect.getMetadata(PATH_METADATA, controller) as string;
  return new MetadataScanner().getAllMethodNames(controller.prototype).flatMap((name) => {
    const handler = controller.prototype[name];
    const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
    if (method === undefined) return [];
    const path = (Reflect.getMetadata(PATH_METADATA, handler) as string).replace(/^\//, '');
    return [`${RequestMethod[method]} /${[prefix, path].filter(Boolean).join('/')}`];
  });
}

let serial = 0;

/** The status that one actor gets, in a world that nobody has touched yet. */
async function ask(
  host: Host,
  actor: Actor,
  route: string,
  body: object | undefined,
  kind: string,
): Promise<string> {
  await host.users.createQueryBuilder().delete().execute();
  const roles = host.app.get(RolesService);
  const [items] = await roles.listAndCountRoles();
  for (const { id } of items) await roles.deleteRole(id);
  const helper = await roles.addRole({ name: 'helper' });
  const spare = await roles.addRole({ name: 'spare' });

  const email = `user${++serial}@example.com`;
  const own = await host.addUser({ email, isSuperuser: actor === 'superuser' });
  await host.addUser({ email: 'root@example.com', isSuperuser: true });
  const other = await host.addUser({ email: 'other@example.com' });
  if (actor === 'helper') await roles.assignRole(own.id, helper.id);
  const api = actor === 'anonymous' ? host.api : await host.api.loggedIn(email, PASSWORD, 'jwt');
  await host.api.loggedIn('other@example.com', PASSWORD, 'jwt');
  if (actor === 'unverified') await host.users.update({ id: own.id as string }, { isVerified: false });
  if (actor === 'inactive') await host.users.update({ id: own.id as string }, { isActive: false });
  if (route.includes('revoke') && kind !== 'missing') {
    await roles.assignRole((kind === 'own' ? own : other).id, spare.id);
  }
  if (actor === 'anonymous' && kind === 'own') return '  -';

  const target = kind === 'own' ? own : other;
  const session = (await host.sessions?.findOneBy({ user: { id: target.id } }))?.id;
  const accounts = host.app.get(DataSource).getRepository(MemberOAuthAccount);
  for (const user of [own, other]) {
    const said = { provider: 'acme', accountKey: randomUUID(), accountId: 'x', accountEmail: null };
    await accounts.insert({ ...said, user: { id: user.id as string } });
  }
  const account = await accounts.findOneByOrFail({ user: { id: target.id as string } });
  const fill = (text: string) =>
    text
      .replace(':id', kind === 'missing' ? MISSING : String(target.id))
      .replace(':role', kind === 'missing' && !route.includes(':id') ? MISSING : String(spare.id))
      .replace(':account', kind === 'missing' ? MISSING : account.id)
      .replace(':session', kind === 'missing' ? MISSING : String(session ?? MISSING));
  const [method = '', path = ''] = fill(route).split(' ');
  const send = { GET: api.get, POST: api.post, PATCH: api.patch, PUT: api.put, DELETE: api.delete }[
    method
  ] as Host['api']['post'];
  const { status } = await send(path, body && JSON.parse(fill(JSON.stringify(body))));
  return String(status);
}
