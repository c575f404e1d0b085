import assert from 'node:assert/strict';
import { PASSWORD } from './people.mjs';

const ORDER = { lines: [{ product: 'tea', quantity: 1 }] };

export async function endsSessions({ nobody, ada, admin }) {
  const { email, id } = ada.user;
  const phone = await nobody.login(email, PASSWORD);
  const page = await nobody.loginByCookie(email, PASSWORD);
  const { items } = await page.call('GET /users/me/sessions', 200);
  assert.equal(items.length, 3);
  assert.equal(items.filter(({ isCurrent }) => isCurrent).length, 1);

  const { items: seen } = await phone.call('GET /users/me/sessions', 200);
  const { id: ofPhone } = seen.find(({ isCurrent }) => isCurrent);
  await page.call(`DELETE /users/me/sessions/${ofPhone}`, 204);
  await phone.call('GET /orders', 401);
  await ada.call('GET /orders', 200);
  await page.call('POST /auth/cookie/logout', 204);
  await page.call('GET /orders', 401);

  assert.equal((await admin.call(`GET /users/${id}/sessions`, 200)).items.length, 1);
  await admin.call(`DELETE /users/${id}/sessions`, 204);
  await ada.call('GET /orders', 401);
}

/** A page of another origin can make a browser send the cookie, and gets nothing done by it. */
export async function keepsOtherPagesOut({ nobody, bob }) {
  const { email } = bob.user;
  const page = await nobody.loginByCookie(email, PASSWORD);
  assert.equal(page.user.roles[0].name, 'clerk');
  const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  const own = { origin: page.url, 'sec-fetch-site': 'same-origin' };

  const { id } = await page.call('POST /orders', 201, ORDER, own);
  for (const [route, body] of [
    ['POST /orders', ORDER],
    [`POST /back-office/orders/${id}/ship`],
    ['DELETE /users/me/sessions'],
    ['POST /auth/cookie/logout'],
  ]) {
    assert.equal((await page.call(route, 403, body, evil)).detail, 'CROSS_ORIGIN_REQUEST');
  }
  const login = { email, password: PASSWORD };
  assert.equal(
    (await nobody.call('POST /auth/cookie/login', 403, login, evil)).detail,
    'CROSS_ORIGIN_REQUEST',
  );
  const [newest] = await page.call('GET /orders', 200);
  assert.deepEqual([newest.id, newest.status], [id, 'placed']);
  // No page can make a browser send a bearer token.
  await bob.call('POST /orders', 201, ORDER, evil);
}

export async function resetsAPassword({ nobody, bob }, app) {
  const { email } = bob.user;
  assert.equal(await nobody.call('POST /auth/forgot-password', 202, { email }), null);
  const [, token] = await app.find(/To bob@example\.com: Set a new password\nYour token: (\S+)\n/);
  await nobody.call('POST /auth/reset-password', 200, { token, password: 'another horse battery' });
  await bob.call('GET /orders', 401);
  await nobody.login(email, 'another horse battery');
}
