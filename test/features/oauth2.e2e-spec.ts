import { DataSource } from 'typeorm';
import { type Host, onEachHost } from '../support/host.js';
import {
  BEARER,
  COOKIE,
  loopback,
  OAuthAccount,
  registered,
  Visitor,
  withProviders,
} from '../support/oauth2.js';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider.js';

let provider: OidcProvider;

beforeAll(async () => {
  provider = await startOidcProvider({ clients: [registered('acme')] });
  await provider.setAccount('ada', { email: 'Ada@Example.com', email_verified: true, name: 'Ada' });
});
afterAll(() => provider.stop());

const accountsOf = (host: Host) => host.app.get(DataSource).getRepository(OAuthAccount);

onEachHost((host) => {
  const acme = () => withProviders([loopback('acme', provider.issuer)]);

  test('a first login makes a user and a link; the next one finds them', async () => {
    const booted = await host({ ...BEARER, ...acme() });
    const visitor = new Visitor(booted);

    const first = await visitor.logIn('acme', 'ada');
    expect(first.body).toEqual({ access_token: expect.any(String), token_type: 'bearer', expires_in: 3600 });
    const { access_token: token } = first.body as { access_token: string };
    const { body: me } = await booted.api.as(token).get('/users/me').expect(200);
    expect(me).toMatchObject({ email: 'ada@example.com', isVerified: true, isSuperuser: false });

    const again = await new Visitor(booted).logIn('acme', 'ada');
    expect(again.status).toBe(200);
    expect(await booted.users.count()).toBe(1);
    expect(await accountsOf(booted).find({ relations: { user: true } })).toMatchObject([
      {
        provider: 'acme',
        accountId: 'ada',
        accountEmail: 'ada@example.com',
        user: { email: 'ada@example.com' },
      },
    ]);
  });

  test('a cookie backend sets its cookie', async () => {
    const booted = await host({ ...COOKIE, ...acme() });
    const visitor = new Visitor(booted);

    const answer = await visitor.logIn('acme', 'ada');
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect((await visitor.ask('/users/me')).body).toMatchObject({ email: 'ada@example.com' });
  });
});
