import { type ArgumentsHost, Catch, type INestApplication } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { Expose, Type } from 'class-transformer';
import { RoleReadDto, RolesService, UserReadDto } from 'nestjs-users';
import { google, oauth2, OAuthAccountsService, type ProviderIdentity } from 'nestjs-users/oauth2';
import { inspect } from 'node:util';
import { OAUTH2_SETTINGS } from '../../lib/features/oauth2/oauth2.settings.js';
import { type HostileProvider, startHostileProvider } from '../support/hostile-provider.js';
import { type Host, type HostOptions, onEachAdapter, onEachHost } from '../support/host.js';
import {
  BEARER,
  clientOf,
  COOKIE,
  PAGE,
  PUBLIC_URL,
  storedLinksOf,
  Visitor,
  withProviders,
} from '../support/oauth2.js';
import { MemberOAuthAccount, NumberedOAuthAccount, OneTimeToken } from '../support/oauth2-entities.js';
import { Member, NumberedUser, Role } from '../support/users.js';

let acme: HostileProvider;

beforeAll(async () => {
  acme = await startHostileProvider();
});
afterAll(() => acme.close());

const withAcme = (more: Parameters<typeof withProviders>[1] = {}): HostOptions =>
  withProviders([clientOf('acme', acme)], more);

async function logIn(host: Host, query = '', visitor = new Visitor(host)) {
  return visitor.back(acme.authorize(await visitor.authorize(`/auth/acme/authorize${query}`)));
}

onEachHost({ takesLong: true }, (boot) => {
  test('users and accounts may be numbered', async () => {
    const entities = { user: NumberedUser, oauthAccount: NumberedOAuthAccount };
    const host = await boot({ ...BEARER, ...withAcme(), ...entities });
    for (let round = 0; round < 2; round++) expect((await logIn(host)).status).toBe(200);

    const { body: login } = await logIn(host);
    const api = host.api.as((login as { access_token: string }).access_token);
    const { body } = await api.get('/users/me/oauth-accounts').expect(200);
    expect(body).toMatchObject({ items: [{ id: 1, provider: 'acme', accountId: 'user-1' }] });
    await api.delete('/users/me/oauth-accounts/1').expect(409, /LAST_LOGIN_METHOD/);
    for (const id of ['0', '-1', '2', '1.0', '1e0', ' 1']) {
      await api.delete(`/users/me/oauth-accounts/${encodeURIComponent(id)}`).expect(404);
    }
    expect(await host.users.count()).toBe(1);
  });
});

class MemberReadDto extends UserReadDto {
  @Expose()
  @Type(() => RoleReadDto)
  roles!: RoleReadDto[];
}

onEachAdapter('sqlite', (boot) => {
  test('relations come along at login, and the user is shown by readDto', async () => {
    const loadOptions = { relations: { roles: true } };
    const host = await boot({
      ...BEARER,
      user: Member,
      role: Role,
      oauthAccount: MemberOAuthAccount,
      oneTimeToken: OneTimeToken,
      oauth2: oauth2<Member>({
        clients: [clientOf('acme', acme)],
        publicUrl: PUBLIC_URL,
        loadOptions,
        readDto: MemberReadDto,
      }),
    });
    await logIn(host);
    const [user] = await host.users.find();
    const roles = host.app.get(RolesService);
    await roles.assignRole(user.id, (await roles.addRole({ name: 'analyst' })).id);

    const { body } = await logIn(host);
    expect(body).toMatchObject({
      access_token: expect.any(String),
      user: { email: 'ada@example.com', roles: [{ name: 'analyst' }] },
    });
  });

  test('newUser may take its time', async () => {
    const newUser = async ({ claims }: ProviderIdentity) => ({ fullName: String(claims['name']) });
    const host = await boot({ ...BEARER, ...withAcme({ newUser }) });
    expect((await logIn(host)).status).toBe(200);
    expect(await host.users.find()).toMatchObject([{ fullName: expect.stringMatching(/./) }]);

    const failing = await boot({
      ...BEARER,
      ...withAcme({ newUser: async () => Promise.reject(new Error('no')) }),
    });
    expect((await logIn(failing)).body).toMatchObject({ detail: 'OAUTH_PROVIDER_ERROR' });
    expect(await failing.users.count()).toBe(0);
  });

  test('nobody who prints what this library makes sees a secret of a client', async () => {
    const host = await boot({ ...BEARER, ...withAcme() });
    const { clientSecret } = acme;
    const definition = google({ clientId: 'x', clientSecret });
    for (const thing of [definition, host.app.get(OAuthAccountsService), host.app.get(OAUTH2_SETTINGS)]) {
      expect(inspect(thing, { depth: 20 })).not.toContain(clientSecret);
    }
    expect(JSON.stringify([definition, host.app.get(OAUTH2_SETTINGS)])).not.toContain(clientSecret);
  });

  test.each([
    { token_type: 7 },
    { expires_in: 'x' },
    { refresh_token: 5 },
    { id_token: undefined },
    { id_token: 'x.y.z' },
  ])('the error of an answer such as %j holds none of its tokens', async (tokenAnswer) => {
    const seen: string[] = [];
    @Catch()
    class Printing extends BaseExceptionFilter {
      override catch(error: unknown, at: ArgumentsHost): void {
        seen.push(inspect(error, { depth: 20 }));
        super.catch(error, at);
      }
    }
    const filter = (app: INestApplication) => app.useGlobalFilters(new Printing(app.getHttpAdapter()));
    const host = await boot({ ...BEARER, ...withAcme(), prepare: filter });
    acme.tokenAnswer = tokenAnswer;
    try {
      expect((await logIn(host)).body).toMatchObject({ detail: 'OAUTH_PROVIDER_ERROR' });
    } finally {
      acme.tokenAnswer = {};
    }
    expect(seen).toHaveLength(1);
    expect(acme.secrets.filter((secret) => seen.join().includes(secret))).toEqual([]);
  });

  test('parameters of any shape are no fault of the server', async () => {
    const host = await boot({
      ...BEARER,
      ...withAcme(),
      prepare: (app) =>
        (app.getHttpAdapter().getInstance() as { set?: (...of: string[]) => void }).set?.(
          'query parser',
          'extended',
        ),
    });
    const visitor = new Visitor(host);
    const callback = acme.authorize(await visitor.authorize('/auth/acme/authorize'));
    callback.search += '&x[toString]=1&y[][toString]=1&__proto__[a]=b';
    expect((await visitor.back(callback)).status).toBeLessThan(500);
  });

  test("every login brings the provider's tokens up to date", async () => {
    const host = await boot({ ...BEARER, ...withAcme({ storeTokens: true }) });
    await logIn(host);
    const [user] = await host.users.find();
    const accounts = host.app.get(OAuthAccountsService);
    const first = await accounts.accessToken(user, 'acme');
    await logIn(host);
    const second = await accounts.accessToken(user, 'acme');
    expect([typeof first, typeof second, first === second]).toEqual(['string', 'string', false]);
    const stored = await storedLinksOf(host);
    expect(JSON.stringify(stored)).not.toContain(second);
  });

  test('whoever postLoginHook refuses gets no cookie, and the page is told', async () => {
    const refuse = () => {
      throw new Error('not today');
    };
    const host = await boot({ ...COOKIE, ...withAcme(), hooks: { postLoginHook: refuse } });
    const answer = await logIn(host, `?redirect_to=${encodeURIComponent(PAGE)}`);
    expect([answer.status, answer.location?.href]).toEqual([302, `${PAGE}?error=LOGIN_BAD_CREDENTIALS`]);
    expect(answer.headers.getSetCookie().filter((cookie) => cookie.includes('session'))).toEqual([]);
  });
});
