// Customers, clerks, analysts and an administrator over HTTP, against the compiled application, on both adapters.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application } from '../application.mjs';
import { nestjsUsers } from '../command-line.mjs';
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
    ...{ ADAPTER: adapter, DATABASE_URL: `sqlite:${join(folder, `${adapter}.sqlite`)}` },
    USERS_SECRET: randomBytes(48).toString('base64'),
  };
  const app = await start(env);
  await makeAdministrator(env, ADMIN);
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

  await makesAnotherAdministrator(env);
  console.log(`${adapter}: customers, clerks, analysts and administrators do what they may, and no more`);
}

await startsWithDefaults();
for (const [index, server] of servers.entries()) {
  await withDatabase(server, (DATABASE_URL) => keepsShop(['express', 'fastify'][index % 2], DATABASE_URL));
  console.log(`${server}: made the tables, and found them at the next start`);
}

/** The variables of the README left out: a secret is made and told, and the database is a file. */
async function startsWithDefaults() {
  const names = ['ADAPTER', 'USERS_SECRET'];
  const env = Object.fromEntries(names.map((name) => [name, undefined]));
  const app = await Application.start(here, {
    ...env,
    DATABASE_URL: `sqlite:${join(folder, 'defaults.sqlite')}`,
  });
  await app.find(/USERS_SECRET is not set/);
  await app.find(/The shop listens on http:\S+\n/);
  await app.stop();
}

/** As the README does, with the password from the environment in place of the prompt. */
function makeAdministrator(env, { email, password }, ...more) {
  const args = ['--app', 'dist/cli.module.js', 'create-user', email, '--role', 'administrator', ...more];
  return nestjsUsers(here, [...args, '--password-env', 'NEW_PASSWORD'], { ...env, NEW_PASSWORD: password });
}

async function keepsShop(adapter, DATABASE_URL) {
  const env = {
    ...{ ADAPTER: adapter, DATABASE_URL },
    USERS_SECRET: randomBytes(48).toString('base64'),
  };
  const app = await start(env);
  await makeAdministrator(env, ADMIN);
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

/** A new administrator can always be made, but no account that is there already is promoted. */
async function makesAnotherAdministrator(env) {
  const ada = { email: 'ada@example.com', password: 'another password' };
  assert.equal(await makeAdministrator(env, ada, '--if-missing'), '');
  await makeAdministrator(env, { ...ADMIN, email: 'second@example.com' });
  const app = await start(env);
  const nobody = new Client(app.url);
  await nobody.call('POST /auth/jwt/login', 400, ada);
  const second = await nobody.login('second@example.com', ADMIN.password);
  assert.equal((await second.call('GET /users/roles', 200)).total, 3);
  await app.stop();
}
