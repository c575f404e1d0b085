import { ConfigurationError, rememberHandshake } from 'nestjs-users';
import { handshakeOf } from '../../lib/authentication/contexts/handshake.js';

const authorizationOf = (auth: unknown, headers: object = {}) =>
  handshakeOf({ handshake: { headers, auth } })?.headers.authorization;

test('only parameters of the client’s own count', () => {
  expect(authorizationOf({ token: 'abc' })).toBe('Bearer abc');
  expect(authorizationOf(Object.create({ token: 'abc' }))).toBeUndefined();
  expect(
    authorizationOf({ headers: Object.create({ Authorization: 'Bearer abc' }) as object }),
  ).toBeUndefined();
  expect(authorizationOf({ token: 'a'.repeat(8193) })).toBeUndefined();
  expect(authorizationOf({ token: '' }, { authorization: 'Bearer abc' })).toBe('Bearer abc');
  for (const auth of [undefined, null, 'abc', 7, [], ['token'], { token: 7 }, () => 'abc']) {
    expect(authorizationOf(auth)).toBeUndefined();
  }
});

test('the headers are those that the client sent, as Node.js joins repeated ones', () => {
  const request = {
    url: '/chat',
    headers: { origin: 'https://changed.example' },
    headersDistinct: {
      origin: ['https://one.example', 'https://two.example'],
      cookie: ['a=1', 'b=2'],
      authorization: ['Bearer one', 'Bearer two'],
    },
    socket: { remoteAddress: '192.0.2.1' },
  };
  const client = {};
  rememberHandshake(client, request);
  expect(handshakeOf(client)).toMatchObject({
    method: 'GET',
    url: '/chat',
    headers: {
      origin: 'https://one.example, https://two.example',
      cookie: 'a=1; b=2',
      authorization: 'Bearer one',
      upgrade: 'websocket',
    },
    socket: { remoteAddress: '192.0.2.1' },
  });
});

test.each([
  ['no client', undefined, { headers: {} }],
  ['no request', {}, undefined],
  ['no headers', {}, { url: '/' }],
])('a host that remembers %s learns what to pass', (_, client, request) => {
  expect(() => rememberHandshake(client as object, request as never)).toThrow(ConfigurationError);
});

test('what is no connection has no handshake', () => {
  for (const none of [
    undefined,
    null,
    'text',
    {},
    { headers: {} },
    { headers: { upgrade: 'h2c' } },
    { extra: {} },
  ]) {
    expect(handshakeOf(none)).toBeUndefined();
  }
});
