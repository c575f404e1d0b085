import {
  oauth2Client,
  type OAuth2Options,
  type OAuth2ClientOptions,
  type ProfileSource,
} from 'nestjs-users/oauth2';
import type { RequestListener } from 'node:http';
import { githubProfile } from '../../lib/features/oauth2/clients/github.client.js';
import { googleProfile } from '../../lib/features/oauth2/clients/google.client.js';
import { microsoftProfile } from '../../lib/features/oauth2/clients/microsoft.client.js';
import { type Fields } from '../support/hostile-id-tokens.js';
import { type HostileProvider, startHostileProvider } from '../support/hostile-provider.js';
import { type Host, type HostOptions, onEachAdapter, onEachHost } from '../support/host.js';
import { MemberOAuthAccount } from '../support/oauth2-entities.js';
import { BEARER, loopback, OAuthAccount, Visitor, withProviders } from '../support/oauth2.js';
import * as hostile from '../support/misbehaviours.js';
import { Member, Role } from '../support/users.js';

const REFUSED = '400 OAUTH_PROVIDER_ERROR';
const UNAVAILABLE = '502 OAUTH_PROVIDER_UNAVAILABLE';
const NO_ADDRESS = '400 OAUTH_NOT_AVAILABLE_EMAIL';
const KNOWN_ADDRESS = '400 OAUTH_USER_ALREADY_EXISTS';

/** Two that speak OpenID Connect, and one that is as GitHub is. */
let providers: Record<'acme' | 'umbrella' | 'hub', HostileProvider>;

beforeAll(async () => {
  const [acme, umbrella, hub] = await Promise.all([
    startHostileProvider(),
    startHostileProvider(),
    startHostileProvider({ plainOAuth2: true }),
  ]);
  providers = { acme, umbrella, hub };
});
beforeEach(() => {
  for (const provider of Object.values(providers)) {
    provider.behave();
    Object.assign(provider, { claims: {}, tokenAnswer: {} });
  }
  providers.hub.api = {
    user: { id: 583_231, login: 'ada', email: null },
    emails: [
      { email: 'else@example.com', primary: false, verified: true },
      { email: 'ada@example.com', primary: true, verified: true },
    ],
  };
});
afterAll(() => Promise.all(Object.values(providers).map((provider) => provider.close())));

type Name = keyof typeof providers;

const withOpenId = (
  more: Partial<OAuth2Options> = {},
  of: Parameters<typeof loopback>[2] = {},
): HostOptions => {
  const clients = (['acme', 'umbrella'] as const).map((name) => {
    const { issuer, clientId, clientSecret } = providers[name];
    return loopback(name, issuer, { clientId, clientSecret, trustEmail: name === 'acme', ...of });
  });
  return { ...BEARER, ...withProviders(clients, more) };
};

const githubAtHub = (source: ProfileSource): unknown => githubProfile(source, providers.hub.issuer);

const withHub = (profile = githubAtHub): HostOptions => {
  const { issuer, clientId, clientSecret } = providers.hub;
  const hub = oauth2Client({
    ...{ name: 'hub', clientId, clientSecret, trustEmail: true, allowInsecureRequests: true },
    ...{ authorizationUrl: `${issuer}/authorize`, tokenUrl: `${issuer}/token` },
    profile: profile as OAuth2ClientOptions['profile'],
  });
  return { ...BEARER, ...withProviders([hub], { providerTimeoutSeconds: 1 }) };
};

/** Status, and the code of an error, of a login with these claims. */
async function logIn(host: Host, name: Name, claims: Fields = {}): Promise<string> {
  const provider = providers[name];
  provider.claims = claims;
  const visitor = new Visitor(host);
  const { status, body } = await visitor.back(
    provider.authorize(await visitor.authorize(`/auth/${name}/authorize`)),
  );
  for (const secret of provider.secrets) host.scan.plant(secret);
  const { detail } = Object(body) as { detail?: string };
  return detail === undefined ? `${status}` : `${status} ${detail}`;
}

const links = (host: Host) =>
  host.rows(OAuthAccount).find({ relations: { user: true }, order: { createdAt: 'ASC' } });

const expectNothing = async (host: Host) =>
  expect([await host.users.count(), await links(host)]).toEqual([0, []]);

onEachHost({ takesLong: true }, (boot) => {
  test('subjects are told apart by case, accents and trailing blanks', async () => {
    const subjects = ['Ada', 'ada', 'ADA', 'ada ', ' ada', 'adá', 'ada\u0301', 'ａda', '7', '07'];
    let subject: unknown;
    let email = '';
    const host = await boot(withHub(() => ({ subject, email })));
    for (const round of ['first', 'second']) {
      for (const [index, each] of subjects.entries()) {
        [subject, email] = [each, `${round}-${index}@example.com`];
        expect([each, await logIn(host, 'hub')]).toEqual([each, '200']);
      }
    }
    expect(await host.users.count()).toBe(subjects.length);
    expect((await links(host)).map(({ accountId }) => accountId).sort()).toEqual([...subjects].sort());
    for (const { accountEmail, user } of await links(host)) {
      expect(user.email.replace('first', 'second')).toBe(accountEmail);
    }
  });

  test('the same subject at two issuers is two people', async () => {
    const host = await boot(withOpenId());
    expect(await logIn(host, 'acme', { sub: 'ada', email: 'ada@example.com' })).toBe('200');
    expect(await logIn(host, 'umbrella', { sub: 'ada', email: 'ada@example.org' })).toBe('200');
    const emails = (await links(host)).map(({ provider, user }) => `${provider} ${user.email}`);
    expect(emails.sort()).toEqual(['acme ada@example.com', 'umbrella ada@example.org']);
  });

  test('of a new user, a provider sets no right, no state and no key, whatever newUser takes over', async () => {
    const newUser = ({ claims }: { claims: object }) => ({ ...claims });
    const options: HostOptions = {
      ...withOpenId({ newUser }),
      user: Member,
      oauthAccount: MemberOAuthAccount,
      role: Role,
    };
    const host = await boot(options);
    const role = await host.rows(Role).save({ name: 'admin', nameKey: 'admin' });
    const id = '6a3e4e1c-3f0a-4b7c-9d55-0d3c1c7f9a11';
    const claims = {
      ...{ id, isSuperuser: true, is_superuser: true, isActive: false, isVerified: true, tokenVersion: 7 },
      ...{ passwordHash: 'planted-password-hash', password: 'planted-password', roles: [role] },
      ...{ createdAt: '2001-01-01T00:00:00Z', updatedAt: '2001-01-01T00:00:00Z', email_verified: false },
    };
    expect(await logIn(host, 'acme', claims)).toBe('200');

    const user = await host.users
      .createQueryBuilder('user')
      .addSelect(['user.passwordHash', 'user.tokenVersion'])
      .leftJoinAndSelect('user.roles', 'role')
      .getOneOrFail();
    const state = { isSuperuser: false, isActive: true, isVerified: false, passwordHash: null, roles: [] };
    expect(user).toMatchObject({ email: 'ada@example.com', ...state });
    expect(user.id).not.toBe(id);
    expect(user.tokenVersion).not.toBe(7);
    expect(user.createdAt.getFullYear()).not.toBe(2001);
  });
});

/** Addresses that nobody can have, or that could pass for somebody else's. */
const UNUSABLE: unknown[] = [
  ...[undefined, null, '', ' ', 42, true, {}, ['ada@example.com'], { email: 'ada@example.com' }],
  ...['ada', 'ada@', '@example.com', 'ada@example', 'ada@example.com, eve@example.com', 'a b@example.com'],
  ...[
    `${'x'.repeat(388)}@example.com`,
    `${'x'.repeat(65)}@example.com`,
    'ada@example.com\r\nBcc: eve@example.com',
  ],
  // A fullwidth a, a Cyrillic one, a fullwidth domain, what is not seen, and quotes.
  ...['\uff41da@example.com', '\u0430da@example.com', 'ada@\uff45xample.com', 'ada@exam\u200bple.com'],
  ...['ada@example.com\0', '"ada"@example.com'],
  // What Node's URL parser takes for ada@example.com.
  ...['ada@example.com/.evil.net', 'ada@example.com?x', 'ada@example.com#', 'ada@ex%61mple.com'],
];

const API_ATTACKS: [what: string, attack: (canary: string) => RequestListener, answer: string][] = [
  ['a page', () => hostile.html, REFUSED],
  ['404', () => hostile.status(404), REFUSED],
  ['204', () => hostile.status(204), REFUSED],
  ['a redirect', (url) => hostile.redirectsTo(url), REFUSED],
  ['an array', () => hostile.json([]), REFUSED],
  ['null', () => hostile.json(null), REFUSED],
  ['a text', () => hostile.json('583231'), REFUSED],
  ['a body without an end', () => hostile.huge(Infinity), REFUSED],
  ['deep JSON', () => hostile.deepJson, NO_ADDRESS],
  ['500', () => hostile.status(500), UNAVAILABLE],
  ['429', () => hostile.status(429), UNAVAILABLE],
  ['nothing, ever', () => hostile.hangs, UNAVAILABLE],
];

onEachAdapter('sqlite', (boot) => {
  test('without a usable address, nobody becomes a user, and a known account logs in all the same', async () => {
    const host = await boot(withOpenId());
    for (const email of UNUSABLE) {
      expect([email, await logIn(host, 'acme', { email })]).toEqual([email, NO_ADDRESS]);
    }
    await expectNothing(host);

    expect(await logIn(host, 'acme')).toBe('200');
    for (const email of UNUSABLE) {
      expect([email, await logIn(host, 'acme', { email })]).toEqual([email, '200']);
    }
    expect(await links(host)).toMatchObject([{ accountEmail: null, user: { email: 'ada@example.com' } }]);
    expect(await host.users.count()).toBe(1);
  });

  test('an address that the provider changes later changes the link alone, be it that of another', async () => {
    const host = await boot(withOpenId({ associateByEmail: true }));
    const eve = await host.addUser({ email: 'eve@example.com' });
    expect(await logIn(host, 'acme')).toBe('200');
    for (const email of ['ada@example.org', 'Eve@Example.com']) {
      expect(await logIn(host, 'acme', { email })).toBe('200');
      const user = { email: 'ada@example.com', isVerified: true };
      expect(await links(host)).toMatchObject([{ accountEmail: email.toLowerCase(), user }]);
    }
    expect(await host.users.count()).toBe(2);
    expect((await links(host)).filter(({ user }) => user.id === eve.id)).toEqual([]);
  });

  test('an address is verified if a provider that is trusted says true, and not another word', async () => {
    const host = await boot(withOpenId({ associateByEmail: true }));
    const cases: [name: Name, said: unknown, isVerified: boolean][] = [
      ['acme', undefined, false],
      ['acme', null, false],
      ['acme', false, false],
      ['acme', 'true', false],
      ['acme', 1, false],
      ['acme', [true], false],
      // Nobody trusts this one.
      ['umbrella', true, false],
      ['acme', true, true],
    ];
    for (const [index, [name, said, isVerified]] of cases.entries()) {
      const logInAs = (sub: string) =>
        logIn(host, name, { sub, email: `${sub}@example.com`, email_verified: said });
      expect(await logInAs(`new-${index}`)).toBe('200');
      const email = `new-${index}@example.com`;
      expect(await host.users.findOneBy({ email })).toMatchObject({ email, isVerified });

      const known = await host.addUser({ email: `known-${index}@example.com` });
      expect(await logInAs(`known-${index}`)).toBe(isVerified ? '200' : KNOWN_ADDRESS);
      const linked = (await links(host)).filter(({ user }) => user.id === known.id);
      expect(linked).toHaveLength(isVerified ? 1 : 0);
    }
  });

  describe('github', () => {
    test('its number is the subject, and its primary address counts', async () => {
      const host = await boot(withHub());
      expect(await logIn(host, 'hub')).toBe('200');
      const user = { email: 'ada@example.com', isVerified: true };
      expect(await links(host)).toMatchObject([{ accountId: '583231', provider: 'hub', user }]);
    });

    test.each([false, undefined, 'true', 1])(
      'an address whose verified is %j is unverified',
      async (verified) => {
        providers.hub.api.emails = [{ email: 'ada@example.com', primary: true, verified }];
        const host = await boot(withHub());
        expect(await logIn(host, 'hub')).toBe('200');
        expect(await host.users.find()).toMatchObject([{ email: 'ada@example.com', isVerified: false }]);
      },
    );

    test('addresses without a primary one are none', async () => {
      const host = await boot(withHub());
      const address = { email: 'ada@example.com', verified: true };
      for (const emails of [
        [],
        [address],
        [{ ...address, primary: 'true' }],
        address,
        null,
        [null, 7, 'x'],
      ]) {
        providers.hub.api.emails = emails;
        expect([emails, await logIn(host, 'hub')]).toEqual([emails, NO_ADDRESS]);
      }
      await expectNothing(host);
    });

    test('who has no id, or one that no number can hold, is nobody', async () => {
      const host = await boot(withHub());
      const ids = [
        ...[undefined, null, '', ' ', 1.5, 2 ** 53, true, {}, [583_231]],
        ...['x'.repeat(256), 'a\0', 'a\x85'],
      ];
      for (const id of ids) {
        providers.hub.api.user = { id };
        expect([id, await logIn(host, 'hub')]).toEqual([id, REFUSED]);
      }
      await expectNothing(host);
    });
  });

  test.each(API_ATTACKS)('an api that answers %s logs nobody in', async (_, attack, answer) => {
    const host = await boot(withHub());
    const { hub, acme: canary } = providers;
    canary.requests.length = 0;
    hub.misbehave('api', attack(`${canary.issuer}/user`));
    expect(await logIn(host, 'hub')).toBe(answer);
    expect(canary.requests).toEqual([]);
    await expectNothing(host);

    hub.behave();
    expect(await logIn(host, 'hub')).toBe('200');
  });

  test('a profile that fails, or makes none, logs nobody in', async () => {
    let profile: (source: ProfileSource) => unknown;
    const host = await boot(withHub((source) => profile(source)));
    const profiles: (typeof profile)[] = [
      () => Promise.reject(new Error(providers.hub.clientSecret)),
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- a host's code throws what it likes
      () => Promise.reject(null),
      ...[() => undefined, () => null, () => 'ada', () => ({})],
      ...[({ ask }: ProfileSource) => ask('user'), ({ ask }: ProfileSource) => ask('file:///etc/passwd')],
    ];
    for (const each of profiles) {
      profile = each;
      expect([each, await logIn(host, 'hub')]).toEqual([each, REFUSED]);
    }
    await expectNothing(host);
  });

  test('without an access token, the api is not asked', async () => {
    const host = await boot(withHub());
    const { hub } = providers;
    hub.requests.length = 0;
    for (const answer of [
      { access_token: undefined },
      { access_token: '' },
      { error: 'bad_verification_code' },
    ]) {
      hub.tokenAnswer = { access_token: undefined, ...answer };
      expect([answer, await logIn(host, 'hub')]).toEqual([answer, REFUSED]);
    }
    expect(hub.requests).toEqual(['POST /token', 'POST /token', 'POST /token']);
    await expectNothing(host);
  });

  test('google: an address is verified where Google runs the mailbox', async () => {
    const host = await boot(withOpenId({}, { profile: googleProfile }));
    const cases: [claims: Fields, isVerified: boolean][] = [
      [{ email: 'one@gmail.com' }, true],
      [{ email: 'Two@GMail.com' }, true],
      [{ email: 'three@example.com', hd: 'example.com' }, true],
      [{ email: 'four@example.com' }, false],
      [{ email: 'five@example.com', hd: true }, false],
      [{ email: 'six@gmail.com.example.com' }, false],
      [{ email: 'seven@notgmail.com' }, false],
      [{ email: 'eight@gmail.com', email_verified: 'true' }, false],
      [{ email: 'nine@example.com', hd: 'example.com', email_verified: false }, false],
    ];
    for (const [claims, isVerified] of cases) {
      expect(await logIn(host, 'acme', { sub: claims['email'], ...claims })).toBe('200');
      const email = String(claims['email']).toLowerCase();
      expect(await host.users.findOneByOrFail({ email })).toMatchObject({ email, isVerified });
    }
  });

  test('microsoft: no address is verified, and the name to sign in by stands in for one', async () => {
    const host = await boot(withOpenId({}, { profile: microsoftProfile }));
    const preferred_username = 'ada@example.org';
    expect(await logIn(host, 'acme', { preferred_username, xms_edov: true })).toBe('200');
    expect(await logIn(host, 'umbrella', { email: undefined, preferred_username })).toBe('200');
    const users = (await host.users.find()).map(({ email, isVerified }) => `${email} ${isVerified}`);
    expect(users.sort()).toEqual(['ada@example.com false', 'ada@example.org false']);
  });

  test.each([1e300, Number.MAX_SAFE_INTEGER])('a token of %d seconds does no harm', async (lifetime) => {
    const host = await boot(withOpenId({ storeTokens: true }));
    providers.acme.tokenAnswer = { expires_in: lifetime };
    expect(['200', REFUSED]).toContain(await logIn(host, 'acme'));
  });
});
