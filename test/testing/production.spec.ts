import { Test } from '@nestjs/testing';
import { ConfigurationError } from 'nestjs-users';
import * as kit from 'nestjs-users/testing';

const builder = () => Test.createTestingModule({});
const ada = { id: '1' };
const app = undefined as never;

/** Everything but what neither fakes nor changes anything. */
const CALLS: Record<string, () => unknown> = {
  captureMails: () => kit.captureMails(app),
  cheapHashes: () => kit.cheapHashes(),
  fakeCurrentUser: () => kit.fakeCurrentUser(builder(), ada),
  fakeGuard: () => kit.fakeGuard(ada),
  fakeProvider: () => kit.fakeProvider(app, 'google'),
  travel: () => kit.travel(1),
  withCheapHashes: () => kit.withCheapHashes(builder()),
};

const { NODE_ENV } = process.env;
afterEach(() => {
  process.env['NODE_ENV'] = NODE_ENV;
});

test('the list is whole', () => {
  const harmless = ['actingAs', 'settled'];
  expect([...Object.keys(CALLS), ...harmless].sort()).toEqual(Object.keys(kit).sort());
});

test.each(Object.keys(CALLS))('%s() refuses to run where NODE_ENV is none of tests', (name) => {
  for (const environment of ['production', 'Production', ' production', 'prod', 'staging', 'live']) {
    process.env['NODE_ENV'] = environment;
    expect(CALLS[name]).toThrow(ConfigurationError);
    expect(CALLS[name]).toThrow(
      `nestjs-users: ${name}() of nestjs-users/testing is only for tests, and NODE_ENV is ${environment}; remove the call, or set NODE_ENV to test.`,
    );
  }
});

test.each(['', 'test', 'Development', undefined])('NODE_ENV may be %j', (environment) => {
  if (environment === undefined) delete process.env['NODE_ENV'];
  else process.env['NODE_ENV'] = environment;
  expect(kit.cheapHashes()).toMatchObject({ argon2id: {} });
});
