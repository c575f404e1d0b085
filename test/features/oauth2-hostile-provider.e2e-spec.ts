import type { RequestListener } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { type Fields, ID_TOKEN_FAULTS, ID_TOKEN_ODDITIES } from '../support/hostile-id-tokens.js';
import { type HostileProvider, startHostileProvider } from '../support/hostile-provider.js';
import { type Host, type HostOptions, onEachAdapter } from '../support/host.js';
import { BEARER, loopback, OAuthAccount, PAGE, Visitor, withProviders } from '../support/oauth2.js';
import * as hostile from '../support/misbehaviours.js';
import { travel } from '../support/time.js';

const PLACES = ['discovery', 'token', 'jwks', 'userinfo'] as const;
type Place = (typeof PLACES)[number];

const UNAVAILABLE = '502 OAUTH_PROVIDER_UNAVAILABLE';
const REFUSED = '400 OAUTH_PROVIDER_ERROR';
const FORGED_STATE = '400 ACCESS_TOKEN_DECODE_ERROR';
const MEGABYTE = 1024 * 1024;
const zipBomb = hostile.zipBomb(30 * MEGABYTE);

/** A provider for each place where one can attack, so that all attack at once. */
let providers: Record<Place, HostileProvider>;
/** Where nobody may be sent. */
let canary: HostileProvider;
/** Where nobody listens any more. */
let gone: HostileProvider;

beforeAll(async () => {
  const start = async (place: Place) => [place, await startHostileProvider()] as const;
  providers = Object.fromEntries(await Promise.all(PLACES.map(start))) as Record<Place, HostileProvider>;
  [canary, gone] = await Promise.all([startHostileProvider(), startHostileProvider()]);
  await gone.close();
});
beforeEach(() => {
  for (const place of PLACES) {
    const provider = providers[place];
    provider.behave();
    provider.requests.length = 0;
    Object.assign(provider, { metadata: {}, tokenAnswer: {}, userinfo: {}, sendsIss: true });
    provider.claims = { email: `${place}@example.com` };
    // The user info is asked only where the ID token names no address.
    provider.idToken = { claims: () => ({ email: undefined }) };
  }
});
afterAll(() => Promise.all([...Object.values(providers), canary].map((provider) => provider.close())));

const clientOf = ({ issuer, clientId, clientSecret }: HostileProvider, name: string) =>
  loopback(name, issuer, { clientId, clientSecret });

const withAll = (more: Parameters<typeof withProviders>[1] = {}): HostOptions => ({
  ...BEARER,
  ...withProviders(
    PLACES.map((place) => clientOf(providers[place], place)),
    more,
  ),
});

/** What the application answers last: the status, and the code of an error. */
async function logIn(
  host: Host,
  client: string,
  change: (callback: URL) => void = () => undefined,
  provider = providers[client as Place],
): Promise<string> {
  const visitor = new Visitor(host);
  let page = await visitor.ask(`/auth/${client}/authorize`);
  const { authorization_url: url } = Object(page.body) as { authorization_url?: string };
  if (url !== undefined) {
    const callback = provider.authorize(url);
    change(callback);
    page = await visitor.back(callback);
  }
  for (const secret of provider.secrets) host.scan.plant(secret);
  const { detail } = Object(page.body) as { detail?: string };
  return detail === undefined ? `${page.status}` : `${page.status} ${detail}`;
}

const logInEverywhere = (host: Host) => Promise.all(PLACES.map((place) => logIn(host, place)));

/** How many users and links there are. */
const stored = async (host: Host) => ({
  users: await host.users.count(),
  links: await host.rows(OAuthAccount).count(),
});
const NOTHING = { users: 0, links: 0 };

/** A dead, slow or overloaded provider is not available; one that answers something else is not believed. */
const ATTACKS: [what: string, attack: (canary: string) => RequestListener, answer: string][] = [
  ['hangs up', () => hostile.closesConnection, UNAVAILABLE],
  ['answers 500', () => hostile.status(500), UNAVAILABLE],
  ['answers 429', () => hostile.status(429), UNAVAILABLE],
  ['answers 403', () => hostile.status(403), REFUSED],
  ['answers a page', () => hostile.html, REFUSED],
  ['answers malformed JSON', () => hostile.malformedJson, REFUSED],
  ['answers null', () => hostile.json(null), REFUSED],
  ['redirects', (url) => hostile.redirectsTo(url), REFUSED],
  ['redirects with the request', (url) => hostile.redirectsTo(url, 307), REFUSED],
  ['answers a zip bomb', () => zipBomb, REFUSED],
];

/** What OpenID Connect leaves to the client. */
const ODDITIES: Record<keyof typeof ID_TOKEN_ODDITIES, string> = {
  'no kid': '200',
  'no typ': '200',
  'typ of an access token': '200',
  // Clocks differ by half a minute.
  'expired ten seconds ago': '200',
  'exp in a hundred years': '200',
  'iat in an hour': '200',
  'iat a year ago': '200',
  'exp before iat': '200',
  'aud of us in an array': '200',
  'aud of us and others, azp ours': '200',
  'azp another': '200',
  'sub of 255 characters': '200',
  'sub of a space': REFUSED,
};

const DENIED = { error: 'access_denied', error_description: 'The user said no.' };
const CALLBACKS: [what: string, answer: string, change: (query: URLSearchParams) => void][] = [
  ['another issuer', REFUSED, (query) => query.set('iss', 'https://id.example.com')],
  ['no issuer, though promised', REFUSED, (query) => query.delete('iss')],
  ['no code', REFUSED, (query) => query.delete('code')],
  ['two codes', REFUSED, (query) => query.append('code', 'another')],
  ['an error and a code', REFUSED, (query) => query.set('error', 'access_denied')],
  ['an error', REFUSED, (query) => replace(query, { code: undefined, ...DENIED })],
  ['an ID token', REFUSED, (query) => query.set('id_token', 'a.b.c')],
  ['a signed response', REFUSED, (query) => query.set('response', 'a.b.c')],
  ['two states', FORGED_STATE, (query) => query.append('state', 'another')],
  ['an error and no state', FORGED_STATE, (query) => replace(query, { state: undefined, ...DENIED })],
  ['an error and a forged state', FORGED_STATE, (query) => replace(query, { state: 'a.b.c', ...DENIED })],
];

function replace(query: URLSearchParams, fields: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) query.delete(name);
    else query.set(name, value);
  }
}

onEachAdapter('sqlite', { takesLong: true }, (boot) => {
  test.each(ATTACKS)(
    'a provider that %s, at whichever endpoint, logs nobody in',
    async (_, attack, answer) => {
      const host = await boot(withAll());
      for (const place of PLACES) providers[place].misbehave(place, attack(`${canary.issuer}/${place}`));

      expect(await logInEverywhere(host)).toEqual(PLACES.map(() => answer));
      expect(await stored(host)).toEqual(NOTHING);
      expect(canary.requests).toEqual([]);

      for (const place of PLACES) providers[place].behave();
      expect(await logInEverywhere(host)).toEqual(PLACES.map(() => '200'));
    },
  );

  test('a provider that does not answer, or not to the end, is given up in time', async () => {
    const options = withAll({ providerTimeoutSeconds: 1 });
    const hosts = [await boot(options), await boot(options)];
    for (const place of PLACES) {
      const handlers = [hostile.hangs, hostile.slowDrip];
      providers[place].misbehave(place, (...request) => handlers.pop()?.(...request));
    }

    const begin = performance.now();
    const answers = await Promise.all(hosts.map(logInEverywhere));
    expect(performance.now() - begin).toBeLessThan(5000);
    expect(answers.flat()).toEqual([...PLACES, ...PLACES].map(() => UNAVAILABLE));
    for (const each of hosts) expect(await stored(each)).toEqual(NOTHING);

    for (const place of PLACES) providers[place].behave();
    for (const each of hosts) expect(await logInEverywhere(each)).toEqual(PLACES.map(() => '200'));
  });

  test('an answer without an end is read up to a megabyte', async () => {
    const host = await boot(withAll());
    const answers = PLACES.map((place) => {
      const endless = hostile.huge(Infinity);
      providers[place].misbehave(place, endless);
      return endless;
    });

    expect(await logInEverywhere(host)).toEqual(PLACES.map(() => REFUSED));
    expect(Math.max(...answers.map(({ written }) => written))).toBeLessThan(8 * MEGABYTE);
    while (!answers.every(({ brokenOff }) => brokenOff === 1)) await pause(5);
    expect(await stored(host)).toEqual(NOTHING);
  });

  test('an answer that is right but for its size is refused', async () => {
    const host = await boot(withAll());
    const large = { filler: 'x'.repeat(MEGABYTE) };
    providers.discovery.metadata = large;
    providers.token.tokenAnswer = large;
    providers.userinfo.userinfo = large;

    const answers = [logIn(host, 'discovery'), logIn(host, 'token'), logIn(host, 'userinfo')];
    expect(await Promise.all(answers)).toEqual([REFUSED, REFUSED, REFUSED]);
    expect(await stored(host)).toEqual(NOTHING);
  });

  test('JSON of any depth is read without harm', async () => {
    const host = await boot(withAll());
    for (const place of PLACES) providers[place].misbehave(place, hostile.deepJson);

    const noAddress = '400 OAUTH_NOT_AVAILABLE_EMAIL';
    expect(await logInEverywhere(host)).toEqual([REFUSED, REFUSED, REFUSED, noAddress]);
    expect(await stored(host)).toEqual(NOTHING);
  });

  test('all that a login asks of a provider has one time together', async () => {
    const host = await boot(withAll({ providerTimeoutSeconds: 1 }));
    await new Visitor(host).ask('/auth/userinfo/authorize');
    const { userinfo } = providers;
    const delays: Promise<void>[] = [];
    const delayAll = () => {
      for (const place of PLACES.slice(1)) userinfo.misbehave(place, answerLate);
    };
    const answerLate: RequestListener = (request, response) => {
      const answer = () => {
        userinfo.behave();
        userinfo.answer(request, response);
        delayAll();
      };
      delays.push(pause(400).then(answer));
    };
    delayAll();

    expect(await logIn(host, 'userinfo')).toBe(UNAVAILABLE);
    expect(await stored(host)).toEqual(NOTHING);
    await Promise.all(delays);
    expect(delays.length).toBeGreaterThan(1);
  });

  test('a provider that is gone is not available', async () => {
    const host = await boot({ ...BEARER, ...withProviders([clientOf(gone, 'gone')]) });
    expect(await logIn(host, 'gone', undefined, gone)).toBe(UNAVAILABLE);
  });

  test('a discovery document that lies is refused', async () => {
    const lies: object[] = [
      { issuer: 'https://id.example.com' },
      ...[{ issuer: undefined }, { issuer: 7 }, { authorization_endpoint: undefined }],
      ...[{ authorization_endpoint: 'javascript:alert(1)' }, { token_endpoint: undefined }],
      ...[{ token_endpoint: 'file:///etc/passwd' }, { token_endpoint: 'data:application/json,{}' }],
      ...[{ jwks_uri: undefined }, { jwks_uri: 'nonsense' }, { userinfo_endpoint: 'ftp://127.0.0.1/' }],
      { id_token_signing_alg_values_supported: ['none', 'HS256'] },
    ];
    const { discovery } = providers;
    const clients = lies.map((_, index) => clientOf(discovery, `liar-${index}`));
    const host = await boot({ ...BEARER, ...withProviders(clients) });
    for (const [index, lie] of lies.entries()) {
      discovery.metadata = { ...lie };
      expect([lie, await logIn(host, `liar-${index}`, undefined, discovery)]).toEqual([lie, REFUSED]);
    }
    expect(await stored(host)).toEqual(NOTHING);
  });

  test('an answer of the token endpoint that lacks something or says it wrongly is refused', async () => {
    const { token } = providers;
    const host = await boot(withAll());
    const wrong: Fields[] = [
      ...[
        { access_token: undefined },
        { access_token: 7 },
        { access_token: '' },
        { access_token: 'a\r\nb: c' },
      ],
      ...[{ token_type: undefined }, { token_type: 'mac' }, { expires_in: -1 }, { expires_in: 'soon' }],
      ...[{ id_token: undefined }, { id_token: '' }, { id_token: 'a.b' }, { id_token: 'a.b.c.d.e' }],
    ];
    for (const answer of wrong) {
      token.tokenAnswer = answer;
      expect([answer, await logIn(host, 'token')]).toEqual([answer, REFUSED]);
    }
    expect(await stored(host)).toEqual(NOTHING);
  });

  test('user info of somebody else is refused, and does not vouch for an address', async () => {
    const host = await boot(withAll());
    const { userinfo } = providers;
    for (const sub of ['admin', undefined, ['user-1']]) {
      userinfo.userinfo = { sub };
      expect([sub, await logIn(host, 'userinfo')]).toEqual([sub, REFUSED]);
    }
    expect(await stored(host)).toEqual(NOTHING);

    userinfo.userinfo = { email_verified: undefined };
    expect(await logIn(host, 'userinfo')).toBe('200');
    expect(await host.users.find()).toMatchObject([{ isVerified: false }]);
  });

  test('an ID token that is wrong in any way logs nobody in', async () => {
    const host = await boot(withAll());
    const answers: Record<string, string> = {};
    for (const [name, fault] of Object.entries(ID_TOKEN_FAULTS)) {
      providers.token.idToken = fault;
      answers[name] = await logIn(host, 'token');
    }
    const names = Object.keys(ID_TOKEN_FAULTS);
    expect(answers).toEqual(Object.fromEntries(names.map((name) => [name, REFUSED])));
    expect(await stored(host)).toEqual(NOTHING);
  });

  test('an ID token that is odd is believed where the specification leaves that to us', async () => {
    const host = await boot(withAll());
    const answers: Record<string, string> = {};
    for (const [name, oddity] of Object.entries(ID_TOKEN_ODDITIES)) {
      providers.token.claims = { email: `${name.replaceAll(' ', '-')}@example.com` };
      providers.token.idToken = oddity;
      answers[name] = await logIn(host, 'token');
    }
    expect(answers).toEqual(ODDITIES);
    expect(await stored(host)).toEqual({ users: 2, links: 2 });
  });

  test('a key that takes the place of another is found a minute later', async () => {
    const host = await boot(withAll());
    expect(await logIn(host, 'token')).toBe('200');
    await providers.token.rotateKey();
    travel(61);
    expect(await logIn(host, 'token')).toBe('200');
  });

  test('a callback that lacks something, or has too much, redeems no code', async () => {
    const host = await boot(withAll());
    const answers: typeof CALLBACKS = [];
    for (const [what, , change] of CALLBACKS) {
      const answer = await logIn(host, 'token', ({ searchParams }) => change(searchParams));
      answers.push([what, answer, change]);
    }
    expect(answers).toEqual(CALLBACKS);
    expect(providers.token.requests).toEqual(['GET /.well-known/openid-configuration']);
    expect(await stored(host)).toEqual(NOTHING);
  });

  test('the issuer may be missing where nobody promised it, but not be another', async () => {
    const host = await boot(withAll());
    providers.token.sendsIss = false;
    const another = ({ searchParams }: URL) => searchParams.set('iss', 'https://id.example.com');
    expect(await logIn(host, 'token', another)).toBe(REFUSED);
    expect(await logIn(host, 'token')).toBe('200');
  });

  test('what a provider gives as its reason is shown to nobody, and sent to no page', async () => {
    const host = await boot(withAll());
    const markup = '<script>alert(1)</script>';
    for (const query of ['', `?redirect_to=${PAGE}&code_challenge=${'x'.repeat(43)}`]) {
      const visitor = new Visitor(host);
      const url = await visitor.authorize(`/auth/token/authorize${query}`);
      const denied = { code: undefined, error: 'access_denied', error_description: markup };
      const page = await visitor.back(providers.token.authorize(url, denied));

      const told = query ? `${PAGE}?error=OAUTH_PROVIDER_ERROR` : undefined;
      expect([page.status, page.location?.href]).toEqual([query ? 302 : 400, told]);
      expect(`${page.text} ${host.scan.logLines.join()}`).not.toMatch(/script|alert/);
    }
  });

  test('a provider that quotes a secret as its reason gets it into no log', async () => {
    const host = await boot(withAll());
    const { token } = providers;
    const quote = { error: token.clientSecret, code: token.clientSecret, name: token.clientSecret };
    token.misbehave('token', hostile.json(quote, 400));
    const visitor = new Visitor(host);
    await visitor.back(token.authorize(await visitor.authorize('/auth/token/authorize')));
    expect(host.scan.logLines.join()).not.toContain(token.clientSecret);
  });

  test('a discovery document that lacks something is asked for again', async () => {
    const host = await boot(withAll());
    providers.userinfo.metadata = { token_endpoint: undefined };
    expect(await logIn(host, 'userinfo')).toBe(REFUSED);
    providers.userinfo.metadata = {};
    expect(await logIn(host, 'userinfo')).toBe('200');
  });

  test('keys that fit no ID token are asked for again', async () => {
    const host = await boot(withAll());
    providers.jwks.misbehave('jwks', hostile.json({ keys: [] }));
    expect(await logIn(host, 'jwks')).toBe(REFUSED);
    providers.jwks.behave();
    expect(await logIn(host, 'jwks')).toBe('200');
  });
});
