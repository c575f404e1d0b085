// Customers, clerks, analysts and an administrator over HTTP, against the compiled application, on both adapters.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application } from '../application.mjs';
import { servers, withDatabase } from '../databases.mjs';
import { Client } from './client.mjs';
import { guardsTheBackOffice, reports, ships } from './stories/back-office.mjs';
import { gather, givesAndTakesARole, limitsAdministrators } from './stories/people.mjs';
import { endsSessions, keepsOtherPagesOut, resetsAPassword } from './stories/logins.mjs';
import { placesOrders, refusesOddOrders, showsNobodyElsesOrders } from './stories/orders.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'roles-and-relations-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const ADMIN = { email: 'admin@example.com', password: 'four tea cups' };

for (const adapter of ['express', 'fastify']) {
  const env = {
    ...{ ADAPTER: adapter, ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password },
    ...{ DATABASE_URL: `sqlite:${join(folder, `${adapter}.sqlite`)}` },
    USERS_SECRET: randomBytes(48).toString('base64'),
  };
  const app = await start(env);
  const people = await gather(new Client(app.url), ADMIN);
  await placesOrders(people);
  await refusesOddOrders(people);
  await showsNobodyElsesOrders(people);
  await guardsTheBackOffice(people);
  await ships(people, app);
  await reports(people);
  await givesAndTakesARole(people);
  await limitsAdministrators(people);
  await endsSessions(people);
  await keepsOtherPagesOut(people);
  await resetsAPassword(people, app);
  await app.stop();

  await seedsWhileNobodyIsAdministrator(env);
  console.log(`${adapter}: customers, clerks, analysts and administrators do what they may, and no more`);
}

await startsWithDefaults();
for (const [index, server] of servers.entries()) {
  await withDatabase(server, (DATABASE_URL) => keepsShop(['express', 'fastify'][index % 2], DATABASE_URL));
  console.log(`${server}: made the tables, and found them at the next start`);
}

/** The variables of the README left out: a password and a secret are made and told once. */
async function startsWithDefaults() {
  const names = ['ADAPTER', 'ADMIN_EMAIL', 'ADMIN_PASSWORD', 'USERS_SECRET', 'DATABASE_URL'];
  const app = await Application.start(here, Object.fromEntries(names.map((name) => [name, undefined])));
  await app.find(/USERS_SECRET is not set/);
  const [, password] = await app.find(
    /administrator is admin@example\.com, with the password (\S+), shown only now/,
  );
  await app.find(/The shop listens on http:\S+\n/);
  await new Client(app.url).login(ADMIN.email, password);
  await app.stop();
}

async function keepsShop(adapter, DATABASE_URL) {
  const env = {
    ...{ ADAPTER: adapter, ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password, DATABASE_URL },
    USERS_SECRET: randomBytes(48).toString('base64'),
  };
  const app = await start(env);
  const people = await gather(new Client(app.url), ADMIN);
  await placesOrders(people);
  await givesAndTakesARole(people);
  await app.stop();
  const later = await start(env);
  await new Client(later.url).login(ADMIN.email, ADMIN.password);
  await later.stop();
}

async function start(env) {
  const app = await Application.start(here, env);
  await app.find(/The shop listens on http:\S+\n/);
  return app;
}

/**
 * Another password in the environment changes nobody's. Where nobody is administrator any more, a new one is made, but
 * no account that is there already is promoted.
 */
async function seedsWhileNobodyIsAdministrator(env) {
  const app = await start({ ...env, ADMIN_PASSWORD: 'another password' });
  const nobody = new Client(app.url);
  await nobody.call('POST /auth/jwt/login', 400, { email: ADMIN.email, password: 'another password' });
  const admin = await nobody.login(ADMIN.email, ADMIN.password);
  const { items } = await admin.call('GET /users/roles', 200);
  assert.equal(items.length, 3);
  const { id } = items.find(({ name }) => name === 'administrator');
  await admin.call(`PATCH /users/roles/${id}`, 200, { name: 'director' });
  await admin.call('GET /users/roles', 403);
  await app.stop();

  await assert.rejects(start({ ...env, ADMIN_EMAIL: 'ada@example.com' }), /It ended early/);
  const later = await start({ ...env, ADMIN_EMAIL: 'second@example.com' });
  const second = await new Client(later.url).login('second@example.com', ADMIN.password);
  assert.equal((await second.call('GET /users/roles', 200)).total, 4);
  await later.stop();
}
