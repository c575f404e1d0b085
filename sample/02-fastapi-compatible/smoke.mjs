// Every route and outcome that FastAPI Users documents, over HTTP, against the compiled application.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { Application } from '../application.mjs';
import { servers, withDatabase } from '../databases.mjs';
import { adoptsATable } from './adopt/adopts-a-table.mjs';
import { Client } from './client.mjs';
import { DOCUMENTED } from './documented.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'fastapi-compatible-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
setTimeout(() => {
  console.error('The smoke test took longer than 180 seconds.');
  process.exit(1);
}, 180_000).unref();

const ROOT = { email: 'merlin@camelot.bt', password: 'excalibur' };
const ARTHUR = 'king.arthur@camelot.bt';
const SHORT = 'ab';
const GARBAGE = 'not.a.token';

for (const adapter of ['express', 'fastify']) {
  const open = await start(adapter, { REQUIRE_VERIFICATION: 'false' });
  await registers(open.client);
  await logsInAndOut(open.client);
  await leavesOtherLoginsAlone(open.client);
  await verifies(open.client);
  await resets(open.client);
  await changesItself(open.client);
  await administers(open.client);
  await open.app.stop();

  const strict = await start(adapter, { REQUIRE_VERIFICATION: 'true' });
  await changesAnAddressAtOnce(strict.client);
  await keepsOutTheUnverified(strict.client);
  await strict.app.stop();

  compareWithDocumentation(adapter, new Set([...open.client.compared, ...strict.client.compared]));
  await adoptsAFile(adapter, join(folder, `${adapter}.sqlite`));
  console.log(`${adapter}: adopted a table of FastAPI Users`);
}

await startsWithDefaults();
for (const [index, server] of servers.entries()) {
  const adapter = ['express', 'fastify'][index % 2];
  await withDatabase(server, (url) => makesItsTables(adapter, url));
  await withDatabase(server, (url, run) =>
    adoptsATable(server, run, () => start(adapter, { DATABASE_URL: url })),
  );
  console.log(`${adapter}: made the tables on ${server}, and adopted one`);
}

async function start(adapter, env) {
  const OUTBOX = join(folder, `${randomUUID()}.jsonl`);
  const app = await Application.start(here, {
    ...{ ADAPTER: adapter, LIMITS: 'off', OUTBOX, USERS_SECRET: randomBytes(48).toString('base64') },
    ...{ DATABASE_URL: 'sqlite::memory:', SUPERUSER_EMAIL: ROOT.email, SUPERUSER_PASSWORD: ROOT.password },
    ...env,
  });
  const [, url] = await app.find(/listening on (http:\/\/127\.0\.0\.1:\d+)\n/);
  return { app, client: new Client(url, OUTBOX) };
}

async function adoptsAFile(adapter, file) {
  const database = new Database(file);
  const run = (sql) => (sql.startsWith('SELECT') ? database.prepare(sql).all() : database.exec(sql));
  await adoptsATable('sqlite', run, () => start(adapter, { DATABASE_URL: `sqlite:${file}` }));
  database.close();
}

/** The variables that the README calls optional left out: mails are printed, nobody is superuser, and guesses are limited. */
async function startsWithDefaults() {
  const optional = ['ADAPTER', 'LIMITS', 'OUTBOX', 'DATABASE_URL', 'SUPERUSER_EMAIL', 'SUPERUSER_PASSWORD'];
  const none = Object.fromEntries([...optional, 'REQUIRE_VERIFICATION'].map((name) => [name, undefined]));
  const { app, client } = await start('express', none);
  const json = { email: ARTHUR, password: 'guinevere' };
  await client.call('POST /auth/register', '201', { json });
  await client.login(ARTHUR, 'guinevere');
  await client.call('POST /auth/request-verify-token', '202', { json });
  const [, token] = await app.find(
    /\{"kind":"verification","to":"king\.arthur@camelot\.bt","token":"([^"]+)"\}/,
  );
  await client.call('POST /auth/verify', '200', { json: { token } });
  const guess = () =>
    client.statusOf('/auth/jwt/login', new URLSearchParams({ username: ARTHUR, password: 'wrong' }));
  const answers = [];
  while (answers.at(-1) !== 429 && answers.length < 100) answers.push(await guess());
  assert.equal(answers.at(-1), 429);
  await app.stop();
}

/** The tables are made at the first start, and found at the next. */
async function makesItsTables(adapter, DATABASE_URL) {
  const first = await start(adapter, { DATABASE_URL });
  await registers(first.client);
  await logsInAndOut(first.client);
  await leavesOtherLoginsAlone(first.client);
  await first.app.stop();
  const second = await start(adapter, { DATABASE_URL });
  await second.client.login(ARTHUR, 'guinevere');
  await second.app.stop();
}

async function registers(client) {
  const route = 'POST /auth/register';
  const json = { email: ARTHUR, password: 'guinevere', is_superuser: true, is_verified: true };
  const { id, ...user } = (await client.call(route, '201', { json })).body;
  assert.match(id, /^[\da-f-]{36}$/);
  assert.deepEqual(user, { email: ARTHUR, is_active: true, is_superuser: false, is_verified: false });
  await client.call(route, '400 REGISTER_USER_ALREADY_EXISTS', { json });
  await client.call(route, '400 REGISTER_INVALID_PASSWORD', { json: { email: 'a@b.co', password: SHORT } });
  await client.call(route, '422', { json: { email: 'no address', password: 'guinevere' } });
  await client.call(route, '422', { json: {} });
}

async function logsInAndOut(client) {
  const [login, logout] = ['POST /auth/jwt/login', 'POST /auth/jwt/logout'];
  const token = await client.login(ARTHUR, 'guinevere');
  for (const username of [ARTHUR, 'nobody@camelot.bt']) {
    const form = new URLSearchParams({ username, password: 'wrong' });
    await client.call(login, '400 LOGIN_BAD_CREDENTIALS', { form });
  }
  await client.call(login, '422', { form: new URLSearchParams({ username: ARTHUR }) });

  // As the guide of FastAPI Users does: a multipart form to log in, a type without a body to log out.
  const form = new FormData();
  form.set('username', ARTHUR);
  form.set('password', 'guinevere');
  const { body } = await client.call(login, '200', { form });
  assert.deepEqual(Object.keys(body), ['access_token', 'token_type', 'expires_in']);
  form.delete('password');
  await client.call(login, '422', { form });

  await client.call(logout, '401');
  await client.call(logout, '204', { token, headers: { 'content-type': 'application/json' } });
  await client.call('GET /users/me', '401', { token });
}

/** A JWT of FastAPI Users knows nothing of other logins. */
async function leavesOtherLoginsAlone(client) {
  const [one, other] = [await client.login(ARTHUR, 'guinevere'), await client.login(ARTHUR, 'guinevere')];
  await client.call('POST /auth/jwt/logout', '204', { token: one });
  await client.call('GET /users/me', '401', { token: one });
  await client.call('GET /users/me', '200', { token: other });
}

async function verifies(client) {
  const [request, verify] = ['POST /auth/request-verify-token', 'POST /auth/verify'];
  for (const email of [ARTHUR, 'nobody@camelot.bt']) {
    assert.equal((await client.call(request, '202', { json: { email } })).body, null);
  }
  await client.call(request, '422', { json: {} });
  const token = await client.mailed('verification', ARTHUR);
  await client.call(verify, '400 VERIFY_USER_BAD_TOKEN', { json: { token: GARBAGE } });
  const { body } = await client.call(verify, '200', { json: { token } });
  assert.deepEqual([body.email, body.is_verified], [ARTHUR, true]);
  await client.call(verify, '400 VERIFY_USER_ALREADY_VERIFIED', { json: { token } });
  await client.call(verify, '422', { json: {} });
}

async function resets(client) {
  const [forgot, reset] = ['POST /auth/forgot-password', 'POST /auth/reset-password'];
  for (const email of [ARTHUR, 'nobody@camelot.bt']) {
    assert.equal((await client.call(forgot, '202', { json: { email } })).body, null);
  }
  await client.call(forgot, '422', { json: { email: 7 } });
  const token = await client.mailed('password-reset', ARTHUR);
  await client.call(reset, '400 RESET_PASSWORD_BAD_TOKEN', { json: { token: GARBAGE, password: 'merlin' } });
  await client.call(reset, '400 RESET_PASSWORD_INVALID_PASSWORD', { json: { token, password: SHORT } });
  await client.call(reset, '422', { json: { token } });
  assert.equal((await client.call(reset, '200', { json: { token, password: 'merlin' } })).body, null);
  await client.call(reset, '400 RESET_PASSWORD_BAD_TOKEN', { json: { token, password: 'merlin' } });
}

async function changesItself(client) {
  const route = 'PATCH /users/me';
  const token = await client.login(ARTHUR, 'merlin');
  await client.call('GET /users/me', '401');
  const me = (await client.call('GET /users/me', '200', { token })).body;
  await client.call(route, '401', { json: {} });
  await client.call(route, '422', { token, json: { email: 'no address' } });
  await client.call(route, '400 UPDATE_USER_EMAIL_ALREADY_EXISTS', { token, json: { email: ROOT.email } });
  await client.call(route, '400 UPDATE_USER_INVALID_PASSWORD', { token, json: { password: SHORT } });

  const json = { email: 'king.arthur@tintagel.bt', password: null, is_superuser: true };
  const moved = (await client.call(route, '200', { token, json })).body;
  assert.deepEqual(moved, { ...me, email: 'king.arthur@tintagel.bt', is_verified: false });

  const { headers } = await client.call(route, '200', {
    token,
    json: { email: ARTHUR, password: 'lancelot' },
  });
  await client.call('GET /users/me', '401', { token });
  const fresh = headers.get('authorization').replace('Bearer ', '');
  assert.equal((await client.call('GET /users/me', '200', { token: fresh })).body.email, ARTHUR);
}

async function administers(client) {
  const [get, patch, remove] = ['GET', 'PATCH', 'DELETE'].map((method) => `${method} /users/{id}`);
  const arthur = await client.login(ARTHUR, 'lancelot');
  const root = await client.login(ROOT.email, ROOT.password);
  const { id } = (await client.call('GET /users/me', '200', { token: arthur })).body;
  const json = {};
  for (const route of [get, patch, remove]) {
    const body = route === patch && { json };
    await client.call(route, '401', { id, ...body });
    await client.call(route, '403', { id, token: arthur, ...body });
    await client.call(route, '404', { id: randomUUID(), token: root, ...body });
    await client.call(route, '404', { id: 'no-uuid', token: root, ...body });
  }

  const user = (await client.call(get, '200', { id, token: root })).body;
  const update = (outcome, changes) => client.call(patch, outcome, { id, token: root, json: changes });
  await update('422', { is_active: 'perhaps' });
  await update('400 UPDATE_USER_EMAIL_ALREADY_EXISTS', { email: ROOT.email });
  await update('400 UPDATE_USER_INVALID_PASSWORD', { password: SHORT });
  const changes = { email: 'arthur@avalon.bt', is_active: false, is_superuser: true, is_verified: true };
  assert.deepEqual((await update('200', { ...changes, password: 'mordred' })).body, { ...user, ...changes });

  const form = new URLSearchParams({ username: 'arthur@avalon.bt', password: 'mordred' });
  await client.call('POST /auth/jwt/login', '400 LOGIN_BAD_CREDENTIALS', { form });
  const headers = { 'content-type': 'application/json' };
  assert.equal((await client.call(remove, '204', { id, token: root, headers })).body, undefined);
  await client.call(get, '404', { id, token: root });
}

/** With `requires_verification` too, a new address is the user's at once, and has to be verified. */
async function changesAnAddressAtOnce(client) {
  const [email, password] = ['lancelot@camelot.bt', 'guinevere'];
  await client.call('POST /auth/register', '201', { json: { email: 'lance@camelot.bt', password } });
  const first = await client.mailed('verification', 'lance@camelot.bt');
  await client.call('POST /auth/verify', '200', { json: { token: first } });
  const token = await client.login('lance@camelot.bt', password);

  const { body } = await client.call('PATCH /users/me', '200', { token, json: { email } });
  assert.deepEqual([body.email, body.is_verified], [email, false]);
  await client.call('GET /users/me', '403', { token });
  const form = new URLSearchParams({ username: email, password });
  await client.call('POST /auth/jwt/login', '400 LOGIN_USER_NOT_VERIFIED', { form });

  const second = await client.mailed('verification', email);
  await client.call('POST /auth/verify', '200', { json: { token: second } });
  const me = (await client.call('GET /users/me', '200', { token })).body;
  assert.deepEqual([me.email, me.is_verified], [email, true]);
}

async function keepsOutTheUnverified(client) {
  const json = { email: ARTHUR, password: 'guinevere' };
  const { id } = (await client.call('POST /auth/register', '201', { json })).body;
  const form = new URLSearchParams({ username: ARTHUR, password: 'guinevere' });
  await client.call('POST /auth/jwt/login', '400 LOGIN_USER_NOT_VERIFIED', { form });
  const verification = { token: await client.mailed('verification', ARTHUR) };
  await client.call('POST /auth/verify', '200', { json: verification });

  const token = await client.login(ARTHUR, 'guinevere');
  const root = await client.login(ROOT.email, ROOT.password);
  await client.call('PATCH /users/{id}', '200', { id, token: root, json: { is_verified: false } });
  await client.call('GET /users/me', '403', { token });
  await client.call('PATCH /users/me', '403', { token, json: { email: 'arthur@avalon.bt' } });
  await client.call('POST /auth/jwt/logout', '403', { token });
}

function compareWithDocumentation(adapter, compared) {
  const routes = Object.keys(DOCUMENTED);
  const documented = routes.flatMap((route) => DOCUMENTED[route].map((outcome) => `${route}: ${outcome}`));
  assert.deepEqual(compared, new Set(documented));
  console.log(`${adapter}: compared ${routes.length} routes and ${documented.length} statuses`);
}
