import { HEADERS_METADATA } from '@nestjs/common/constants.js';
import { bearer, cookie, database, jwt } from 'nestjs-users';
import { onEachAdapter } from '../support/host.js';
import { nowhere, withProviders } from '../support/oauth2.js';
import { MemberOAuthAccount } from '../support/oauth2-entities.js';
import { routesOf } from '../support/routes.js';
import { Member, MemberSession, Role } from '../support/users.js';

/** What answers with neither a user nor a token: nothing at all, or roles. */
const SAYS_NOTHING = [
  ...['jwt', 'web'].flatMap((backend) => [
    `post /auth/${backend}/logout`,
    `post /auth/${backend}/logout-all`,
  ]),
  ...['post /auth/request-verify-token', 'post /auth/forgot-password', 'post /auth/reset-password'],
  ...['delete /users/me', 'delete /users/me/sessions/:id', 'delete /users/me/oauth-accounts/:id'],
  ...['delete /users/:id', 'post /users/:id/password-reset'],
  ...['delete /users/:id/sessions', 'delete /users/:id/sessions/:sessionId'],
  ...['get /users/roles', 'post /users/roles', 'patch /users/roles/:id', 'delete /users/roles/:id'],
];

onEachAdapter('sqlite', (boot) => {
  const everything = () =>
    boot({
      ...withProviders([nowhere('acme')]),
      oauthAccount: MemberOAuthAccount,
      user: Member,
      session: MemberSession,
      role: Role,
      currentUser: { deletion: true },
      roleManagement: {},
      backends: [
        { name: 'jwt', transport: bearer(), strategy: jwt() },
        { name: 'web', transport: cookie(), strategy: database() },
      ],
    });

  test('of all routes, none that may answer with a user or a token lets it be stored', async () => {
    const { app } = await everything();
    const storable = routesOf(app).filter(({ handler }) => {
      const headers = (Reflect.getMetadata(HEADERS_METADATA, handler) ?? []) as {
        name: string;
        value: string;
      }[];
      return !headers.some(({ name, value }) => name === 'Cache-Control' && value === 'no-store');
    });
    expect(storable.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([...SAYS_NOTHING].sort());
  });
});
