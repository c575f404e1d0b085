// Logins by a provider over HTTP, and what may go wrong on the way, against the compiled application and its provider.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application } from '../application.mjs';
import { Browser } from './browser.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const PASSWORD = 'correct horse battery';
const LOGIN = '/auth/acme/authorize';
const LINK = '/auth/associate/acme/authorize';

const app = await start({ USERS_SECRET: undefined });
const HOME = `${app.url}/`;
const back = `?redirect_to=${encodeURIComponent(HOME)}`;

await showsAPage();
const ada = await logsIn();
await tellsThePageWhatFailed();
await endsInTheBrowserThatBegan();
await leavesOneWayToLogIn();
await linksAccounts();
await letsNobodyElseIn();
await app.stop();
await takesProvidersFromTheEnvironment();
await keepsLoginsInAFile();

async function start(env) {
  const names = ['GOOGLE_CLIENT_ID', 'GOOGLE_CLIENT_SECRET', 'GITHUB_CLIENT_ID', 'GITHUB_CLIENT_SECRET'];
  const none = Object.fromEntries(names.map((name) => [name, undefined]));
  const started = await Application.start(here, { PROVIDER_PORT: '0', DATABASE_FILE: '', ...none, ...env });
  await started.find(/The application listens on http:\S+\. Open it/);
  return started;
}

async function showsAPage() {
  const { text } = await new Browser(app.url).call('GET /', 200);
  assert.match(text, /<script type="module" src="\/page\.js">/);
  await new Browser(app.url).call('GET /page.js', 200);
  assert.deepEqual((await new Browser(app.url).call('GET /providers', 200)).body, ['acme']);
}

/** The first time a user is made, the next time they are found. */
async function logsIn() {
  const browser = new Browser(app.url);
  await browser.call('GET /users/me', 401);
  const { location, cookies } = await browser.request(app.url + LOGIN, { headers: { accept: 'text/html' } });
  assert.match(location, /^http:\/\/127\.0\.0\.1:\d+\/auth\?.*code_challenge_method=S256/);
  assert.match(cookies[0], /^oauth2-login-acme=[^;]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/);

  const { status, location: page, cookies: set } = await comeBack(browser, 'ada');
  assert.deepEqual([status, page], [302, HOME]);
  assert.match(
    set.at(-1),
    /^__Host-session=[\w-]+; Path=\/; Max-Age=1209600; HttpOnly; Secure; SameSite=Lax$/,
  );
  const { body: user } = await browser.call('GET /users/me', 200);
  const shown = { email: 'ada@example.com', isActive: true, isSuperuser: false, isVerified: true };
  assert.deepEqual(user, { id: user.id, ...shown, fullName: 'Ada' });

  const later = new Browser(app.url);
  await comeBack(later, 'ada');
  assert.equal((await later.call('GET /users/me', 200)).body.id, user.id);
  // A script is told the address in place of being sent there.
  const { body } = await later.call(`GET ${LOGIN}`, 200);
  assert.match(body.authorization_url, /^http:\/\/127\.0\.0\.1:\d+\/auth\?/);
  return browser;
}

/** To the provider as somebody, and back with what it says. */
async function comeBack(browser, account, path = LOGIN + back) {
  return browser.request(await browser.signIn(path, account));
}

async function tellsThePageWhatFailed() {
  const nobody = new Browser(app.url);
  assert.equal((await comeBack(nobody, 'bob')).location, `${HOME}?error=LOGIN_USER_NOT_VERIFIED`);
  await app.find(/To bob@example\.com: Confirm your e-mail address/);
  const withoutAddress = await comeBack(new Browser(app.url), 'cleo');
  assert.equal(withoutAddress.location, `${HOME}?error=OAUTH_NOT_AVAILABLE_EMAIL`);
  const other = new Browser(app.url);
  const cancelled = await other.request(await other.cancel(LOGIN + back));
  assert.equal(cancelled.location, `${HOME}?error=OAUTH_PROVIDER_ERROR`);

  const elsewhere = await nobody.call(`GET ${LOGIN}?redirect_to=https://evil.example/`, 422);
  assert.deepEqual(elsewhere.body.detail[0].loc, ['query', 'redirect_to']);
  await nobody.call('GET /users/me', 401);
}

async function endsInTheBrowserThatBegan() {
  const browser = new Browser(app.url);
  const callback = await browser.signIn(LOGIN + back, 'ada');
  const { pathname, search, searchParams } = new URL(callback);
  const route = `GET ${pathname}`;
  const detailOf = async (who, query) => (await who.call(route + query, 400)).body.detail;
  assert.equal(await detailOf(new Browser(app.url), search), 'OAUTH_INVALID_STATE');
  searchParams.set('state', 'forged');
  assert.equal(await detailOf(browser, `?${searchParams}`), 'ACCESS_TOKEN_DECODE_ERROR');
  await browser.call(route + search, 302);
  assert.equal(await detailOf(browser, search), 'OAUTH_INVALID_STATE');
}

async function leavesOneWayToLogIn() {
  const { items } = (await ada.call('GET /users/me/oauth-accounts', 200)).body;
  const [{ id, createdAt, ...account }] = items;
  assert.deepEqual(account, { provider: 'acme', accountId: 'ada', accountEmail: 'ada@example.com' });
  assert(Math.abs(Date.parse(createdAt) - Date.now()) < 60_000);
  const { body } = await ada.call(`DELETE /users/me/oauth-accounts/${id}`, 409);
  assert.equal(body.detail, 'LAST_LOGIN_METHOD');
}

/** Dora has a password. What she links is hers, whatever its address; what is Ada's stays Ada's. */
async function linksAccounts() {
  const dora = new Browser(app.url);
  const credentials = { email: 'dora@example.com', password: PASSWORD };
  await dora.call('POST /auth/register', 201, credentials);
  const [, token] = await app.find(/To dora@example\.com: Confirm[^]+?"token":"([^"]+)"/);
  await dora.call('POST /auth/verify', 200, { token });

  const known = await comeBack(new Browser(app.url), 'dora');
  assert.equal(known.location, `${HOME}?error=OAUTH_USER_ALREADY_EXISTS`);
  await dora.call(`GET ${LINK}`, 401);
  await dora.call('POST /auth/web/login', 204, credentials);
  const { location } = await comeBack(dora, 'dora-at-work', LINK + back);
  assert.equal(location, HOME);
  const { items } = (await dora.call('GET /users/me/oauth-accounts', 200)).body;
  assert.deepEqual(
    items.map(({ accountId }) => accountId),
    ['dora-at-work'],
  );

  const byProvider = new Browser(app.url);
  await comeBack(byProvider, 'dora-at-work');
  assert.equal((await byProvider.call('GET /users/me', 200)).body.email, credentials.email);
  await byProvider.call('POST /auth/web/logout', 204);
  await byProvider.call('GET /users/me', 401);

  const second = new Browser(app.url);
  await second.call('POST /auth/web/login', 204, credentials);
  const taken = await comeBack(second, 'ada', LINK + back);
  assert.equal(taken.location, `${HOME}?error=OAUTH_USER_ALREADY_EXISTS`);
  await second.call(`DELETE /users/me/oauth-accounts/${items[0].id}`, 204);
  await second.call(`DELETE /users/me/oauth-accounts/${items[0].id}`, 404);
}

/** Another site's page may send Ada's browser to link an account of its own, and gets nowhere. */
async function letsNobodyElseIn() {
  const evil = { accept: 'text/html', 'sec-fetch-site': 'cross-site' };
  const { status, body } = await ada.request(app.url + LINK, { headers: evil });
  assert.deepEqual([status, body.detail], [403, 'CROSS_ORIGIN_REQUEST']);
}

/** With a file and a secret of its own, a login outlives a start. */
async function keepsLoginsInAFile() {
  const folder = mkdtempSync(join(tmpdir(), 'oauth2-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const env = {
    DATABASE_FILE: join(folder, 'smoke.sqlite'),
    USERS_SECRET: randomBytes(48).toString('base64'),
  };
  const first = await start(env);
  const browser = new Browser(first.url);
  await browser.request(await browser.signIn(LOGIN, 'ada'));
  const { id } = (await browser.call('GET /users/me', 200)).body;
  await first.stop();
  const second = await start({ ...env, PORT: new URL(first.url).port });
  assert.equal((await browser.call('GET /users/me', 200)).body.id, id);
  await second.stop();
}

async function takesProvidersFromTheEnvironment() {
  await assert.rejects(start({ GITHUB_CLIENT_ID: 'an id' }), /It ended early/);
  const secrets = { GOOGLE_CLIENT_SECRET: 'a secret', GITHUB_CLIENT_SECRET: 'a secret' };
  const more = await start({ GOOGLE_CLIENT_ID: 'an id', GITHUB_CLIENT_ID: 'an id', ...secrets });
  const browser = new Browser(more.url);
  assert.deepEqual((await browser.call('GET /providers', 200)).body, ['acme', 'google', 'github']);
  const { body } = await browser.call('GET /auth/github/authorize', 200);
  const { origin, pathname, searchParams } = new URL(body.authorization_url);
  assert.equal(origin + pathname, 'https://github.com/login/oauth/authorize');
  assert.equal(searchParams.get('redirect_uri'), `${more.url}/auth/github/callback`);
  await more.stop();
}
