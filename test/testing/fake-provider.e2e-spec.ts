import { Test } from '@nestjs/testing';
import { cookie, database } from 'nestjs-users';
import { github, google, oidc } from 'nestjs-users/oauth2';
import { actingAs, fakeProvider } from 'nestjs-users/testing';
import { type Host, onEachAdapter, onEachHost } from '../support/host.js';
import { BEARER, COOKIE, linksOf, PAGE, withProviders } from '../support/oauth2.js';
import { Session } from '../support/users.js';

const application = { clientId: 'an-application', clientSecret: 'planted-client-secret-0123456789' };
const CLIENTS = [
  google(application),
  github(application),
  oidc({ name: 'acme', issuer: 'https://id.example.com', ...application }),
];
const PROVIDERS = withProviders(CLIENTS);
const ada = { subject: '42', email: 'ada@example.com', emailVerified: true, claims: { name: 'Ada' } };

const detailOf = async (answer: Response) => [
  answer.status,
  ((await answer.json()) as { detail?: unknown }).detail,
];
/** An answer as this host gives it. */
const bodyOf = async ({ api }: Host, answer: Response) => api.wire.unwrap(await answer.json());

onEachHost((boot) => {
  test('a person logs in by the provider in one call; the next time they are found', async () => {
    const host = await boot({ ...BEARER, ...PROVIDERS, fresh: true });
    const provider = fakeProvider(host.app, 'google');
    const answer = await provider.logIn(ada);
    expect(answer.status).toBe(200);
    const { access_token: token } = (await bodyOf(host, answer)) as { access_token: string };
    const { body: me } = await host.api.as(token).get('/users/me').expect(200);
    expect(me).toMatchObject({ email: 'ada@example.com', isVerified: true });
    expect((await provider.logIn(ada)).status).toBe(200);
    expect(await linksOf(host)).toMatchObject([{ provider: 'google', accountId: '42', user: { id: me.id } }]);
  });

  test('a cookie backend sets its cookie, and leads back to the page', async () => {
    const host = await boot({ ...COOKIE, ...PROVIDERS, fresh: true });
    const { base } = host.api.wire;
    const provider = fakeProvider(host.app, 'acme');
    const path = `${base}/auth/acme/authorize?redirect_to=${encodeURIComponent(PAGE)}`;
    const answer = await provider.logIn(ada, { path, headers: { accept: 'text/html' } });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, PAGE]);
    const session = answer.headers.getSetCookie().find((field) => field.startsWith('__Host-session='));
    await host.api
      .with({ cookie: session?.split(';', 1)[0] ?? '' })
      .get('/users/me')
      .expect(200);
  });

  test('whether an address counts as verified is decided as with the real provider', async () => {
    const host = await boot({ ...BEARER, ...PROVIDERS, fresh: true });
    await fakeProvider(host.app, 'acme').logIn(ada);
    expect(await host.users.findOneByOrFail({})).toMatchObject({ isVerified: false });
    const other = { ...ada, subject: '43', email: 'bob@example.com', emailVerified: false };
    await fakeProvider(host.app, 'google').logIn(other);
    expect(await host.users.findOneByOrFail({ email: 'bob@example.com' })).toMatchObject({
      isVerified: false,
    });
    expect(await detailOf(await fakeProvider(host.app, 'github').logIn(ada))).toEqual([
      400,
      'OAUTH_USER_ALREADY_EXISTS',
    ]);
    expect(await detailOf(await fakeProvider(host.app, 'github').logIn({ subject: 7 }))).toEqual([
      400,
      'OAUTH_NOT_AVAILABLE_EMAIL',
    ]);
  });

  test('a person cancels, and a profile without a subject is refused', async () => {
    const host = await boot({ ...BEARER, ...PROVIDERS, fresh: true });
    const provider = fakeProvider(host.app, 'google');
    expect(await detailOf(await provider.cancel())).toEqual([400, 'OAUTH_PROVIDER_ERROR']);
    const odd = await provider.logIn({ subject: '' });
    expect(await detailOf(odd)).toEqual([400, 'OAUTH_PROVIDER_ERROR']);
    expect(await host.users.count()).toBe(0);
  });

  test('a logged-in user links an account', async () => {
    const backends = [{ name: 'web', transport: cookie(), strategy: database() }];
    const host = await boot({ ...PROVIDERS, backends, session: Session, fresh: true });
    const user = await host.addUser();
    const path = `${host.api.wire.base}/auth/associate/google/authorize`;
    const provider = fakeProvider(host.app, 'google');
    expect((await provider.logIn(ada, { path })).status).toBe(401);
    const answer = await provider.logIn(ada, { path, headers: await actingAs(host.app, user) });
    expect(answer.status).toBe(200);
    expect(await linksOf(host)).toMatchObject([{ accountId: '42', user: { id: user.id } }]);
  });
});

onEachAdapter('sqlite', (boot) => {
  test('both requests by the test itself; a code counts once, and only with its own verifier', async () => {
    const host = await boot({ ...BEARER, ...PROVIDERS, fresh: true });
    const provider = fakeProvider(host.app, 'google');
    const begin = async () => {
      const { body, headers } = await host.api.get('/auth/google/authorize').expect(200);
      const [cookieField = ''] = headers['set-cookie'] as unknown as string[];
      return { url: body.authorization_url as string, cookie: cookieField.split(';', 1)[0] };
    };
    const [first, second] = [await begin(), await begin()];
    expect(first.url).toMatch(/^https:\/\/provider\.invalid\/authorize\?/);
    const callback = provider.callback(first.url, ada);
    const codeOf = (path: string) => new URL(path, host.api.url).searchParams.get('code') as string;
    const swapped = provider.callback(second.url, ada).replace(/code=[^&]+/, `code=${codeOf(callback)}`);
    await host.api
      .with({ cookie: second.cookie })
      .get(swapped)
      .expect(400, /OAUTH_PROVIDER_ERROR/);
    const third = await begin();
    const again = provider.callback(third.url, ada);
    await host.api.with({ cookie: third.cookie }).get(again).expect(200);
    await host.api
      .with({ cookie: third.cookie })
      .get(again)
      .expect(400, /OAUTH_INVALID_STATE/);
    await host.api.get(provider.callback((await begin()).url, ada)).expect(400, /OAUTH_INVALID_STATE/);
    expect(() => provider.callback('https://accounts.google.com/o/oauth2/v2/auth', ada)).toThrow(
      'https://accounts.google.com/o/oauth2/v2/auth is not the fake provider of the client google.',
    );
  });

  test('restored, the client speaks with its real provider', async () => {
    const host = await boot({ ...BEARER, ...PROVIDERS, fresh: true });
    fakeProvider(host.app, 'github').restore();
    const { body } = await host.api.get('/auth/github/authorize').expect(200);
    expect(body.authorization_url).toMatch(/^https:\/\/github\.com\//);
    expect(() => fakeProvider(host.app, 'facebook')).toThrow(
      'fakeProvider(): the client facebook does not exist; the clients are google, github, acme.',
    );
  });

  test('an application that does not listen needs none of it', async () => {
    const host = await boot({ ...BEARER, ...PROVIDERS, fresh: true });
    const server = host.app.getHttpServer() as import('node:http').Server;
    await new Promise((resolve) => void server.close(resolve));
    expect((await fakeProvider(host.app, 'google').logIn(ada)).status).toBe(200);
    expect(server.listening).toBe(false);
  });
});

test('an application without oauth2 is told so', async () => {
  const module = await Test.createTestingModule({}).compile();
  expect(() => fakeProvider(module.createNestApplication(), 'google')).toThrow();
});
