import { jest } from '@jest/globals';
import jsonwebtoken from 'jsonwebtoken';
import { bearer, jwt } from 'nestjs-users';
import { Keyring } from '../../lib/common/keyring.js';
import { onEachHost, PASSWORD, SECRET } from '../support/host.js';
import { travel } from '../support/time.js';
import { Session } from '../support/users.js';

const keys = Keyring.derive(SECRET, 'access/jwt').signing;
const AUDIENCE = 'nestjs-users:access:jwt';

/** A token such as only this server could make, with claims or options that it never would. */
function forge(claims: object, options: jsonwebtoken.SignOptions = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const sound = { iat: now, exp: now + 60, auth_time: now, aud: AUDIENCE };
  const payload = Object.fromEntries(
    Object.entries({ ...sound, ...claims }).filter(([, value]) => value !== undefined),
  );
  return jsonwebtoken.sign(payload, keys.key, {
    algorithm: 'HS256',
    keyid: keys.id,
    allowInsecureKeySizes: true,
    ...options,
  });
}

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

onEachHost((boot) => {
  test('a forged token proves the forge: sound claims get in', async () => {
    const { api, addUser } = await boot();
    const { id, tokenVersion } = await addUser();
    await api
      .as(forge({ sub: String(id), ver: tokenVersion }))
      .get('/users/me')
      .expect(200);
  });

  test('a token that names no session, or one that is not kept, is nobody', async () => {
    const { api, addUser } = await boot();
    const { id, tokenVersion } = await addUser();
    const claims = { sub: String(id), ver: tokenVersion };
    for (const sid of ['1', '00000000-0000-0000-0000-000000000000', '', 7, null, {}]) {
      await api
        .as(forge({ ...claims, sid }))
        .get('/users/me')
        .expect(401);
    }

    const keeping = await boot({ session: Session });
    const ada = await keeping.addUser();
    const own = { sub: String(ada.id), ver: ada.tokenVersion };
    const token = await keeping.api.login('ada@example.com', PASSWORD);
    const { sid } = jsonwebtoken.decode(token) as { sid: string };
    const asWith = (more: object) => keeping.api.as(forge({ ...own, ...more })).get('/users/me');
    await asWith({ sid }).expect(200);
    const eve = await keeping.addUser({ email: 'eve@example.com' });
    await asWith({ sid, sub: String(eve.id), ver: eve.tokenVersion }).expect(401);
    for (const other of [undefined, null, '', '1', [sid], { sid }, '00000000-0000-0000-0000-000000000000']) {
      await asWith({ sid: other }).expect(401);
    }
  });

  test('an issuer is written and asked for', async () => {
    const strategy = jwt({ issuer: 'https://example.com' });
    const { api, addUser } = await boot({ backends: [{ name: 'jwt', transport: bearer(), strategy }] });
    const { id, tokenVersion } = await addUser();
    const token = await api.login('ada@example.com', PASSWORD);
    expect(jsonwebtoken.decode(token)).toMatchObject({ iss: 'https://example.com' });
    await api.as(token).get('/users/me').expect(200);
    const claims = { sub: String(id), ver: tokenVersion };
    for (const iss of [undefined, 'https://example.org', 7, ['https://example.com', 'x']]) {
      await api
        .as(forge({ ...claims, iss }))
        .get('/users/me')
        .expect(401);
    }
  });

  test('odd claims, algorithms and keys are nobody', async () => {
    const { api, addUser } = await boot();
    const { id, tokenVersion } = await addUser();
    const who = { sub: String(id), ver: tokenVersion };
    const now = Math.floor(Date.now() / 1000);
    const [header, payload] = forge(who).split('.') as [string, string];
    const tokens = {
      'no expiry': forge({ ...who, exp: undefined }),
      'expiry as text': forge(who).replace(payload, base64({ ...who, aud: AUDIENCE, exp: '9999999999' })),
      expired: forge({ ...who, exp: now - 1 }),
      'a fractional expiry': forge({ ...who, exp: now + 60.5 }),
      'no issue time': forge(who, { noTimestamp: true }),
      'issued in the future': forge({ ...who, iat: now + 3600, exp: now + 7200 }),
      'not yet valid': forge({ ...who, nbf: now + 3600 }),
      'no audience': forge({ ...who, aud: undefined }),
      'another audience': forge({ ...who, aud: 'nestjs-users:verification' }),
      'two audiences': forge({ ...who, aud: [AUDIENCE, 'other'] }),
      'no subject': forge({ ...who, sub: undefined }),
      'a stranger': forge({ ...who, sub: '7f1b2f9e-3b1c-4c2e-8f43-0a1b2c3d4e5f' }),
      'a malformed subject': forge({ ...who, sub: "' OR 1=1 --" }),
      'no version': forge({ ...who, ver: undefined }),
      'another version': forge({ ...who, ver: tokenVersion + 1 }),
      'a version as text': forge({ ...who, ver: String(tokenVersion) }),
      'no login time': forge({ ...who, auth_time: undefined }),
      'another HMAC': forge(who, { algorithm: 'HS512' }),
      'no key id': jsonwebtoken.sign({ ...who, aud: AUDIENCE }, keys.key, { expiresIn: 60 }),
      'another key id': forge(who, { keyid: 'other' }),
      'no algorithm': `${base64({ alg: 'none', typ: 'JWT', kid: keys.id })}.${payload}.`,
      'a changed payload': forge(who).replace(payload, base64({ ...who, aud: AUDIENCE, exp: now + 60 })),
      'no signature': `${header}.${payload}.`,
      'a string payload': jsonwebtoken.sign('text', keys.key, { algorithm: 'HS256', keyid: keys.id }),
      'a foreign secret': jsonwebtoken.sign({ ...who, aud: AUDIENCE }, 'x'.repeat(40), {
        keyid: keys.id,
        expiresIn: 60,
      }),
      'the secret itself': jsonwebtoken.sign({ ...who, aud: AUDIENCE }, SECRET, {
        keyid: keys.id,
        expiresIn: 60,
      }),
      nothing: 'null',
      'no JSON': 'e30.e30.e30',
      'an endless one': `${header}.${'a'.repeat(6000)}.x`,
    };
    for (const [name, token] of Object.entries(tokens)) {
      const { status } = await api.as(token).get('/users/me');
      expect([name, status]).toEqual([name, 401]);
    }
  });

  test('every kind of token is refused everywhere but at its own purpose', async () => {
    const { api, login, service } = await boot();
    const ada = await login({ isVerified: false });
    const verification = await service.generateToken(ada.user, 'verification');
    const reset = await service.generateToken(ada.user, 'reset-password');

    for (const token of [verification, reset]) await api.as(token).get('/users/me').expect(401);
    for (const token of [reset, ada.token]) await api.post('/auth/verify', { token }).expect(400);
  });

  test('only a well-formed Authorization header carries a token', async () => {
    const { api, login } = await boot();
    const { token } = await login();
    const url = `${api.root}/users/me`;
    const status = async (authorization: string, path = '') =>
      (await fetch(url + path, { headers: { authorization } })).status;

    expect(await status(`bearer ${token}`)).toBe(200);
    for (const header of [
      token,
      `Basic ${token}`,
      'Bearer',
      `Bearer ${token} x`,
      `Token ${token}`,
      `Bearer,${token}`,
    ]) {
      expect([header.slice(0, 8), await status(header)]).toEqual([header.slice(0, 8), 401]);
    }
    expect(await status('', `?access_token=${token}`)).toBe(401);
  });

  test('a token outlives neither its lifetime nor, in the cache, its revocation', async () => {
    const { login, service } = await boot();
    const { api, user } = await login();
    await api.get('/users/me').expect(200);
    await api.get('/users/me').expect(200);
    travel(3601);
    await api.get('/users/me').expect(401);
    jest.useRealTimers();
    await api.get('/users/me').expect(200);
    await service.updateUser(user.id, { password: 'a quite new password' });
    await api.get('/users/me').expect(401);
  });

  test('while rotating, both secrets are accepted and the new one signs', async () => {
    const old = 'x5vNQ2ztK8oCq0HfRy7LwJdUe1mSbPgTA9iE4kXnZcVh';
    const both = await boot({ secret: [SECRET, old] });
    const { id, tokenVersion } = await both.addUser();
    const oldKeys = Keyring.derive(old, 'access/jwt').signing;
    const claims = { sub: String(id), ver: tokenVersion, auth_time: 0, aud: AUDIENCE };
    const oldToken = jsonwebtoken.sign(claims, oldKeys.key, {
      algorithm: 'HS256',
      keyid: oldKeys.id,
      expiresIn: 60,
    });
    await both.api.as(oldToken).get('/users/me').expect(200);

    const fresh = await both.api.login('ada@example.com', PASSWORD);
    expect(jsonwebtoken.decode(fresh, { complete: true })?.header.kid).toBe(keys.id);

    const rotated = await boot();
    await rotated.api.as(oldToken).get('/users/me').expect(401);
  });

  test('two applications in one process share nothing', async () => {
    const one = await boot();
    const other = await boot({ secret: 'vxWvr8VMCYNJYR763QcPrcAq9D0HR_EqlQpXL7XFOl4T' });
    const ada = await one.login();
    await other.addUser();
    await other.api.as(ada.token).get('/users/me').expect(401);
    await one.api.as(ada.token).get('/users/me').expect(200);
  });
});
