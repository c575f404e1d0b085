// The journey of the README over HTTP, against the compiled application.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { Application } from '../application.mjs';
import { nestjsUsers } from '../command-line.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'quickstart-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const DATABASE_FILE = join(folder, 'smoke.sqlite');
const COMMAND = "curl (\\S+) --json '(.+)'";
const start = (USERS_SECRET, SMTP_URL) => Application.start(here, { DATABASE_FILE, USERS_SECRET, SMTP_URL });

/** What a printed command sends: the route and the body. */
const parse = ([, url, body]) => ({ route: `POST ${url}`, body: JSON.parse(body) });
const mail = async (app, to, subject) => parse(await app.find(new RegExp(`${to}: ${subject}\\s+${COMMAND}`)));
const login = async (app, body) => (await app.call('POST /auth/jwt/login', 200, { body })).access_token;

await aLaterStart(await theFirstStart());
await loginsOutliveAStartWithTheSameSecret();
await mailsLeaveBySmtp();
theMigrationIsUpToDate();

async function theFirstStart() {
  const app = await start();
  await app.find(/USERS_SECRET is not set/);
  const example = parse(await app.find(new RegExp(`listens on ${app.url}\\.[^]+?${COMMAND}`)));

  const { id, ...registered } = await app.call(example.route, 201, example);
  assert.match(id, /^[\da-f-]{36}$/);
  const shown = { email: 'ada@example.com', isActive: true, isSuperuser: false, fullName: 'Ada' };
  assert.deepEqual(registered, { ...shown, isVerified: false });
  const again = await app.call(example.route, 400, example);
  assert.equal(again.detail, 'REGISTER_USER_ALREADY_EXISTS');

  const { paths } = await app.call('GET /docs-json', 200);
  assert(Object.keys(paths).length > 8, 'The document lacks routes.');
  assert.equal(paths['/auth/jwt/login'].post.operationId, 'auth_jwt_login');

  const { email, password } = example.body;
  const tooEarly = await app.call('POST /auth/jwt/login', 400, { body: { email, password } });
  assert.equal(tooEarly.detail, 'LOGIN_USER_NOT_VERIFIED');
  await mail(app, email, 'Confirm your e-mail address');
  assert.equal(await app.call('POST /auth/request-verify-token', 202, { body: { email } }), null);
  const verification = await mail(app, email, 'Confirm your e-mail address');
  assert.deepEqual(await app.call(verification.route, 200, verification), { id, ...shown, isVerified: true });
  const twice = await app.call(verification.route, 400, verification);
  assert.equal(twice.detail, 'VERIFY_USER_ALREADY_VERIFIED');

  const token = await login(app, { email, password });
  await app.call('GET /users/me', 401);
  assert.equal((await app.call('GET /users/me', 200, { token })).isVerified, true);
  assert.deepEqual(await app.call('GET /greeting', 200, { token }), { greeting: 'Hello, Ada!' });
  await app.call('GET /statistics', 403, { token });
  const changes = { fullName: 'Ada Lovelace', isSuperuser: true };
  assert.deepEqual(await app.call('PATCH /users/me', 200, { token, body: changes }), {
    ...{ id, ...shown, isVerified: true },
    fullName: 'Ada Lovelace',
  });

  assert.equal(await app.call('POST /auth/forgot-password', 202, { body: { email } }), null);
  const reset = await mail(app, email, 'Set a new password');
  assert.equal(await app.call(reset.route, 200, reset), null);
  assert.equal((await app.call(reset.route, 400, reset)).detail, 'RESET_PASSWORD_BAD_TOKEN');
  await app.call('GET /users/me', 401, { token });
  const old = await app.call('POST /auth/jwt/login', 400, { body: { email, password } });
  assert.equal(old.detail, 'LOGIN_BAD_CREDENTIALS');

  const ada = { email, password: reset.body.password };
  const next = await login(app, ada);
  assert.equal(await app.call('POST /auth/jwt/logout', 204, { token: next }), undefined);
  await app.call('GET /users/me', 401, { token: next });

  const superuser = { email: 'admin@example.com', password: randomBytes(15).toString('base64url') };
  const args = ['create-user', superuser.email, '--superuser', '--password-env', 'ADMIN_PASSWORD'];
  const printed = await nestjsUsers(here, args, { DATABASE_FILE, ADMIN_PASSWORD: superuser.password });
  assert.match(printed, /^[\da-f-]{36}\n$/);

  await app.stop();
  return { superuser, ada };
}

async function aLaterStart({ superuser, ada }) {
  const app = await start();
  await app.find(/listens on/);

  const token = await login(app, ada);
  assert.equal((await app.call('GET /users/me', 200, { token })).fullName, 'Ada Lovelace');
  const admin = await login(app, superuser);
  const statistics = await app.call('GET /statistics', 200, { token: admin });
  assert.deepEqual(statistics, { verified: 2, unverified: 0 });
  await app.stop();
}

async function loginsOutliveAStartWithTheSameSecret() {
  const secret = randomBytes(48).toString('base64');
  const app = await start(secret);
  const example = parse(await app.find(new RegExp(`listens on ${app.url}\\.[^]+?${COMMAND}`)));
  await app.call('POST /auth/register', 201, { body: { ...example.body, email: 'bob@example.com' } });
  const verification = await mail(app, 'bob@example.com', 'Confirm your e-mail address');
  await app.call(verification.route, 200, verification);
  const token = await login(app, { email: 'bob@example.com', password: example.body.password });
  await app.stop();

  const later = await start(secret);
  await later.find(/listens on/);
  assert.equal((await later.call('GET /users/me', 200, { token })).email, 'bob@example.com');
  assert(!later.output.includes('USERS_SECRET'), 'It made a secret although it had one.');
  await later.stop();
}

async function mailsLeaveBySmtp() {
  const mails = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      simpleParser(stream).then((parsed) => (mails.push(parsed), done()), done);
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const app = await start(undefined, `smtp://127.0.0.1:${server.server.address().port}`);
  await app.find(/listens on/);
  const body = { email: 'cleo@example.com', password: 'correct horse battery' };
  await app.call('POST /auth/register', 201, { body });
  for (let waits = 0; mails.length === 0 && waits < 200; waits++) await delay(50);
  const [{ subject, text, to }] = mails;
  assert.deepEqual([to.text, subject], ['cleo@example.com', 'Confirm your e-mail address']);
  const [, token] = /\/verify#token=(\S+)/.exec(text);
  assert.equal((await app.call('POST /auth/verify', 200, { body: { token } })).isVerified, true);
  assert(!app.output.includes(token), 'The token is printed although the mail was sent.');
  await app.stop();
  await new Promise((resolve) => {
    server.close(resolve);
  });
}

function theMigrationIsUpToDate() {
  const typeorm = fileURLToPath(import.meta.resolve('typeorm/cli.js'));
  const command = [typeorm, 'migration:generate', '--check', '--dataSource', 'dist/data-source.js', 'unused'];
  const env = { ...process.env, DATABASE_FILE };
  execFileSync(process.execPath, command, { cwd: here, env, stdio: 'inherit', timeout: 20_000 });
}
