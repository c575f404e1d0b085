// The walk of the README against the compiled application.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Application } from '../application.mjs';
import { listen } from './client.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const app = await Application.start(here, { USERS_SECRET: randomBytes(48).toString('base64') });
await app.find(/listens on/);

const password = 'correct horse battery';
const ask = (query, token) => app.call('POST /graphql', 200, { body: { query }, token });
const register = async (email) => {
  await app.call('POST /auth/register', 201, { body: { email, password } });
  return login(email);
};
const login = async (email) =>
  (await app.call('POST /auth/app/login', 200, { body: { email, password } })).access_token;
const codes = ({ errors }) => errors.map(({ extensions: { code, detail } }) => `${code} ${detail}`);

const ada = await register('ada@example.com');
const eve = await register('eve@example.com');

await guardsInGraphql();
await connectionsThatEnd();
await aPageOfAnotherSite();
await app.stop();

async function guardsInGraphql() {
  assert.deepEqual((await ask('{ count }')).data, { count: 0 });
  assert.deepEqual(codes(await ask('{ me }')), ['UNAUTHENTICATED Unauthorized']);
  assert.deepEqual((await ask('{ me count }', ada)).data, { me: 'ada@example.com', count: 0 });
  assert.deepEqual(codes(await ask('mutation { clearNotes }', ada)), ['FORBIDDEN Forbidden']);
  const taken = await ask('mutation { changeEmail(email: "eve@example.com") }', ada);
  assert.deepEqual(codes(taken), ['BAD_REQUEST UPDATE_USER_EMAIL_ALREADY_EXISTS']);
}

async function connectionsThatEnd() {
  const [first, second, nobody] = [hear(ada), hear(eve), hear('nonsense')];
  assert.equal(await nobody.next('disconnected'), undefined);
  const [refused] = await nobody.next('subscription refused');
  assert.equal(refused.extensions.code, 'UNAUTHENTICATED');
  for (const each of [first, second]) await each.next('connected');

  first.client.say('hello');
  assert.equal(await second.next('said'), 'ada@example.com: hello');
  assert.equal(await first.next('sent'), 2);
  await untilSubscribed(first, second);

  await app.call('POST /auth/app/logout', 204, { token: eve });
  await ask('mutation { addNote(text: "not for eve") { text } }', ada);
  assert.deepEqual(await first.next('note'), { author: 'ada@example.com', text: 'not for eve' });
  await second.next('subscription completed');
  second.client.say('still here?');
  const exception = await second.next('exception');
  assert.deepEqual([exception.statusCode, exception.detail], [401, 'Unauthorized']);
  first.client.say('she is gone');
  await second.next('disconnected');
  assert.equal(await first.next('sent'), 1);
  for (const each of [first, second, nobody]) await each.client.close();
}

/** A page of another site cannot use the cookie, and a page of the application can. */
async function aPageOfAnotherSite() {
  const body = JSON.stringify({ email: 'ada@example.com', password });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${app.url}/auth/web/login`, { method: 'POST', headers, body });
  const cookie = answer.headers.get('set-cookie').split(';', 1)[0];
  const query = JSON.stringify({ query: '{ me }' });
  const from = async (site) => {
    const own = { ...headers, cookie, 'sec-fetch-site': site };
    return (await fetch(`${app.url}/graphql`, { method: 'POST', headers: own, body: query })).json();
  };
  assert.deepEqual((await from('same-origin')).data, { me: 'ada@example.com' });
  assert.deepEqual(codes(await from('cross-site')), ['FORBIDDEN CROSS_ORIGIN_REQUEST']);
}

/** What one user gets, by the names of the events. */
function hear(token) {
  const heard = new Map();
  const queue = (event) => {
    if (!heard.has(event)) heard.set(event, { values: [], waiting: [] });
    return heard.get(event);
  };
  const client = listen(app.url, token, (event, value) => {
    const { values, waiting } = queue(event);
    const next = waiting.shift();
    if (next) next(value);
    else values.push(value);
  });
  const next = (event) => {
    const { values, waiting } = queue(event);
    if (values.length > 0) return values.shift();
    return new Promise((done, fail) => {
      const timer = setTimeout(() => fail(new Error(`There was no "${event}".`)), 10_000);
      waiting.push((value) => {
        clearTimeout(timer);
        done(value);
      });
    });
  };
  return { client, next, has: (event) => queue(event).values.length > 0 };
}

/** A subscription gets only what happens after it has started. */
async function untilSubscribed(...all) {
  while (!all.every((each) => each.has('note'))) {
    await ask('mutation { addNote(text: "anybody?") { text } }', ada);
    await new Promise((done) => setTimeout(done, 50));
  }
  // All that was written until now has arrived, or does before what is written next.
  for (const each of all) {
    const { next } = each;
    each.next = async (event) => {
      let value = await next(event);
      while (value?.text === 'anybody?') value = await next(event);
      return value;
    };
  }
}
