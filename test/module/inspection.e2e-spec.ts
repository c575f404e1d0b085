import {
  type CallHandler,
  Controller,
  type ExecutionContext,
  Get,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { Redis } from 'ioredis';
import {
  Authenticated,
  bearer,
  cookie,
  CurrentIdentity,
  database,
  type Identity,
  jwt,
  redis as redisStrategy,
  RolesRepository,
  RolesService,
  SessionsService,
  UsersModule,
  type UsersModuleOptions,
  UsersRepository,
  UsersService,
} from 'nestjs-users';
import { google, OAuthAccountsService, oauth2, oauth2Client } from 'nestjs-users/oauth2';
import type { DynamicModule } from '@nestjs/common';
import { inspect, types } from 'node:util';
import { Authenticator, BACKENDS } from '../../lib/authentication/authenticator.js';
import { Reauthentication } from '../../lib/authentication/reauthentication.js';
import { OAUTH2_SETTINGS } from '../../lib/features/oauth2/oauth2.settings.js';
import { Limits } from '../../lib/accounts/limits/limits.js';
import { Passwords } from '../../lib/accounts/passwords/passwords.js';
import { ACCOUNTS_SETTINGS } from '../../lib/accounts/accounts.settings.js';
import { PLAN, SETTINGS } from '../../lib/module/providers.js';
import { onEachAdapter, PASSWORD, SECRET } from '../support/host.js';
import { PUBLIC_URL } from '../support/oauth2.js';
import { MemberOAuthAccount, OneTimeToken } from '../support/oauth2-entities.js';
import { Member, MemberSession, Role } from '../support/users.js';

const REDIS_PASSWORD = 'planted-redis-password';
const CLIENT_SECRET = 'planted-client-secret';
const OTHER_SECRET = 'dVd0sW3hPqz7vJ2Yk9rTnB5xLmE8uGcA4iZoKfQyR6wS';
const PLANTED = [SECRET, REDIS_PASSWORD, CLIENT_SECRET, OTHER_SECRET];

/** Never connected: what it holds is all that matters. */
const client = new Redis({ lazyConnect: true, password: REDIS_PASSWORD });
afterAll(() => client.disconnect());

const clients = [
  google({ clientId: 'an-application', clientSecret: CLIENT_SECRET }),
  oauth2Client({
    name: 'acme',
    clientId: 'an-application',
    clientSecret: CLIENT_SECRET,
    authorizationUrl: 'https://id.example.com/authorize',
    tokenUrl: 'https://id.example.com/token',
    profile: () => ({ subject: 'nobody' }),
  }),
];

const OPTIONS = {
  secret: SECRET,
  secrets: { access: [OTHER_SECRET, SECRET], oauth2: OTHER_SECRET },
  backends: [
    { name: 'jwt', transport: bearer(), strategy: jwt() },
    { name: 'web', transport: cookie(), strategy: database() },
    { name: 'kiosk', transport: bearer(), strategy: redisStrategy({ client }) },
  ],
  limits: { redis: client },
  roleManagement: {},
  oauth2: oauth2({ clients, publicUrl: PUBLIC_URL }),
} satisfies Partial<UsersModuleOptions>;

/** Every text that can be reached by properties, hidden ones included, each object once: an application is large. */
function reachable(root: unknown, except?: unknown): Set<string> {
  const texts = new Set<string>();
  const seen = new Set<unknown>([except]);
  const left: unknown[] = [root];
  while (left.length > 0) {
    const each = left.pop();
    if (typeof each === 'string') texts.add(each);
    if ((typeof each !== 'object' && typeof each !== 'function') || each === null || seen.has(each)) continue;
    seen.add(each);
    const properties = Object.values(Object.getOwnPropertyDescriptors(each));
    left.push(...properties.map(({ value }) => value as unknown), Object.getPrototypeOf(each));
    if (types.isMap(each) || types.isSet(each)) left.push(...[...each.entries()].flat());
  }
  return texts;
}

const leaks = (value: unknown, planted = PLANTED): string[] => {
  const texts = [inspect(value, { depth: Infinity, showHidden: true, maxArrayLength: null }), json(value)];
  return planted.filter((secret) => texts.some((text) => text.includes(secret)));
};

/** As `JSON.stringify`, which throws for what refers to itself: once round is enough. */
function json(value: unknown): string {
  const seen = new Set<unknown>();
  return (
    JSON.stringify(value, (_, each: unknown) => {
      if (typeof each === 'bigint') return String(each);
      if (typeof each !== 'object' || each === null) return each;
      if (seen.has(each)) return undefined;
      seen.add(each);
      return each;
    }) ?? ''
  );
}

test('what the test plants would be seen', () => {
  expect(leaks({ deep: [{ client }] })).toEqual([REDIS_PASSWORD]);
  expect(leaks({ secret: SECRET })).toEqual([SECRET]);
  expect(reachable(new Map([[1, Object.defineProperty({}, 'x', { value: { client } })]]))).toContain(
    REDIS_PASSWORD,
  );
});

test('a dynamic module shows neither a secret nor the password of Redis', () => {
  const entities = { user: Member, role: Role, session: MemberSession, oauthAccount: MemberOAuthAccount };
  const options = { ...OPTIONS, entities: { ...entities, oneTimeToken: OneTimeToken } };
  const { secret, secrets, limits, ...plan } = options;
  const useFactory = () => ({ secret, secrets, limits });
  const modules: DynamicModule[] = [
    UsersModule.forRoot(options),
    UsersModule.forRootAsync({ ...plan, useFactory }),
    UsersModule.forRootAsync({ ...options, useFactory: () => ({ secret }) }),
  ];
  for (const module of modules) expect(leaks(module)).toEqual([]);
});

/** What the library hangs on a request; the header that carries a token is the client's own. */
class Printer {
  intercept(context: ExecutionContext, next: CallHandler) {
    const request = context.switchToHttp().getRequest<object>();
    const ours = Reflect.ownKeys(request).filter((key) => /nestjs-users|user/.test(String(key)));
    printed.push(...ours.map((key) => Reflect.get(request, key) as unknown));
    return next.handle();
  }
}
const printed: unknown[] = [];

@Controller('printed')
class PrintedController {
  @Get()
  @UseGuards(Authenticated())
  @UseInterceptors(Printer)
  read(@CurrentIdentity() identity: Identity) {
    printed.push(identity, { who: [identity] });
    return { identity, copied: Object.keys({ ...identity }), isThere: identity.token.length > 0 };
  }
}

onEachAdapter('sqlite', (boot) => {
  test('nothing that can be injected shows them, nor a setting', async () => {
    const { app, scan } = await boot({
      ...OPTIONS,
      ...{ user: Member, role: Role, session: MemberSession },
      ...{ oauthAccount: MemberOAuthAccount, oneTimeToken: OneTimeToken },
    });
    const tokens = [
      ...[UsersService, UsersRepository, Authenticator, Reauthentication, SessionsService, RolesService],
      ...[RolesRepository, OAuthAccountsService, Limits, Passwords],
      ...[BACKENDS, ACCOUNTS_SETTINGS, SETTINGS, OAUTH2_SETTINGS, PLAN],
    ];
    const found: unknown[] = tokens.map((token) => app.get(token as never));
    // The log of the test knows what it looks for.
    const texts = [...reachable(found, scan)];
    expect(PLANTED.filter((secret) => texts.some((text) => text.includes(secret)))).toEqual([]);
    expect(leaks(found.slice(-4))).toEqual([]);
  });

  test('what @CurrentIdentity() gives, and what a request carries, shows no live token', async () => {
    const { login } = await boot({ host: { controllers: [PrintedController] } });
    const { api, token } = await login();
    printed.length = 0;
    const { body, text } = await api.get('/printed').expect(200);
    expect(body).toMatchObject({
      isThere: true,
      identity: { backend: 'jwt', user: { email: 'ada@example.com' } },
    });
    expect((body as { copied: string[] }).copied).not.toContain('token');
    expect(text).not.toContain(token);
    // The attempts, the identity and the user of the request, and what the handler was given, twice.
    expect(printed).toHaveLength(5);
    for (const value of printed) expect(leaks(value, [token, PASSWORD])).toEqual([]);
  });
});
