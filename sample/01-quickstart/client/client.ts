/** Drives the quickstart by a generated client: every path, field and status below is checked by the compiler. */
import assert from 'node:assert/strict';
import createClient from 'openapi-fetch';
import type { components, paths } from './api.js';

const [, , baseUrl = '', email = '', password = ''] = process.argv;
const anonymous = createClient<paths>({ baseUrl });

const wrong = await anonymous.POST('/auth/jwt/login', { body: { email, password: 'a wrong one' } });
assert.equal(wrong.response.status, 400);
assert.equal(wrong.error?.detail, 'LOGIN_BAD_CREDENTIALS');

const login = await anonymous.POST('/auth/jwt/login', { body: { email, password } });
const token: string | undefined = login.data?.access_token;
assert(token);
const client = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${token}` } });

const me = await client.GET('/users/me');
const user: components['schemas']['AppUserReadDto'] | undefined = me.data;
assert.equal(user?.email, email);
const isVerified: boolean | undefined = user?.isVerified;
assert.equal(isVerified, true);

const changed = await client.PATCH('/users/me', { body: { fullName: 'Grace' } });
assert.equal(changed.data?.fullName, 'Grace');
// @ts-expect-error The document knows no such field.
const mistyped: components['schemas']['AppUserUpdateDto'] = { fullNam: 'Grace' };
assert.deepEqual(Object.keys(mistyped), ['fullNam']);
// @ts-expect-error The document knows no such path.
await client.GET('/users/you');

const refused = await client.PATCH('/users/me', { body: { email: 'no address' } });
assert.equal(refused.response.status, 422);
const faults = refused.error?.detail;
assert(Array.isArray(faults));
assert.deepEqual(faults[0]?.loc, ['body', 'email']);

assert.equal((await client.POST('/auth/jwt/logout')).response.status, 204);
assert.equal((await client.GET('/users/me')).response.status, 401);
console.log(`The generated client of ${Object.keys(user ?? {}).length} fields works.`);
