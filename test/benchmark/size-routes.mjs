import { randomUUID } from 'node:crypto';
import { LOGIN } from './harness.mjs';

const LIMIT = 50;

/** Each prepares, for a server, what makes one request after the other; neither is part of what is timed. */
export const ROUTES = [
  ...[list(''), list('', 'middle'), list('', 'last')],
  ...[list('sort=email'), list('sort=email', 'middle')],
  ...['isActive', 'isVerified', 'isSuperuser'].flatMap((flag) => [
    list(`${flag}=true`),
    list(`${flag}=false`),
  ]),
  ...[list('search=zoe'), list('search=anna')],
  ...[list('role=rare'), list('role=common'), list('role=common', 'middle')],
  { route: 'GET /users/:id', prepare: async (server) => always({ path: await pathOfOne(server) }) },
  { route: 'GET /users/me', prepare: () => always({ path: '/users/me' }) },
  { route: 'POST /auth/jwt/login', prepare: () => always(LOGIN) },
  { route: 'POST /auth/register', prepare: () => () => post('/auth/register', { password: randomUUID() }) },
  { route: 'PATCH /users/:id', prepare: patchOne },
  { route: 'POST /users', prepare: () => () => post('/users') },
  { route: 'DELETE /users/:id', prepare: (server) => () => deleteNew(server) },
];

/** What a server answers, as JSON; anything but 2xx throws. */
export async function ask(server, { path, ...request }) {
  const answer = await fetch(server.url + path, {
    ...request,
    headers: { ...server.headers, ...request.headers },
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${server.name} ${path}: ${answer.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

function list(query, at = 'first') {
  const path = `/users?limit=${LIMIT}&${query}`;
  return {
    route: `GET /users${query && '?'}${query}${at === 'first' ? '' : `, ${at} page`}`,
    prepare: async (server) =>
      always({ path: at === 'first' ? path : `${path}&cursor=${await cursorTo(server, path, at)}` }),
  };
}

/**
 * Found among all users of that order by the number of the page before, which takes a while; written as the library
 * writes it.
 */
async function cursorTo(server, path, at) {
  const sort = new URLSearchParams(path).get('sort');
  const all = `/users?limit=${LIMIT}${sort ? `&sort=${sort}` : ''}`;
  const { total } = await ask(server, { path: `${all}&page=1&count=true` });
  const pages = Math.ceil(total / LIMIT);
  const before = at === 'last' ? pages - 1 : Math.floor(pages / 2);
  const { items } = await ask(server, { path: `${all}&page=${before}` });
  return Buffer.from(JSON.stringify([sort, items.at(-1).id])).toString('base64url');
}

function always(request) {
  return () => request;
}

/** Somebody whom the application has not just met. */
async function pathOfOne(server) {
  const { items } = await ask(server, { path: '/users?sort=email&limit=1' });
  return `/users/${items[0].id}`;
}

async function patchOne(server) {
  const path = await pathOfOne(server);
  let isVerified = false;
  return () => {
    isVerified = !isVerified;
    return send('PATCH', path, { isVerified });
  };
}

async function deleteNew(server) {
  const { id } = await ask(server, post('/users'));
  return { method: 'DELETE', path: `/users/${id}` };
}

function post(path, fields) {
  return send('POST', path, { email: `${randomUUID()}@example.com`, ...fields });
}

function send(method, path, body) {
  return { method, path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
