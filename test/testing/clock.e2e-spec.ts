import { jest } from '@jest/globals';
import { cookie, database, jwt, bearer } from 'nestjs-users';
import { actingAs, captureMails, travel } from 'nestjs-users/testing';
import { onEachHost, PASSWORD } from '../support/host.js';
import { Session } from '../support/users.js';

const real = Date;
const journeys: (() => void)[] = [];
const go = (seconds: number) => {
  const back = travel(seconds);
  journeys.push(back);
  return back;
};
afterEach(() => {
  for (const back of journeys.splice(0)) back();
  if (Date !== real) throw new Error('The clock did not come back.');
});

test('time goes on from the new moment, and comes back', () => {
  const before = Date.now();
  const back = go(3600);
  expect(Date.now() - before).toBeGreaterThanOrEqual(3_600_000);
  expect(Date.now() - before).toBeLessThan(3_610_000);
  expect(new Date().getTime()).toBeGreaterThanOrEqual(before + 3_600_000);
  expect(new Date()).toBeInstanceOf(Date);
  expect(new real()).toBeInstanceOf(Date);
  expect(new Date()).toBeInstanceOf(real);
  expect(new Date(0).toISOString()).toBe('1970-01-01T00:00:00.000Z');
  expect(Date.UTC(2026, 0)).toBe(real.UTC(2026, 0));
  class Moment extends Date {}
  expect(new Moment().getTime()).toBeGreaterThanOrEqual(before + 3_600_000);
  expect(new Moment()).toBeInstanceOf(Moment);
  back();
  expect(Date.now() - before).toBeLessThan(10_000);
});

test('journeys add up, and each ends once', () => {
  const before = Date.now();
  const moved = () => Math.round((Date.now() - before) / 1000);
  const first = go(100);
  const second = go(-30);
  expect(moved()).toBe(70);
  first();
  first();
  expect(moved()).toBe(-30);
  second();
  expect(moved()).toBe(0);
  expect(() => travel(Number.NaN)).toThrow('travel() needs a number of seconds.');
});

test('on top of fake timers of a test runner', () => {
  jest.useFakeTimers({ now: 1_000_000, doNotFake: ['setTimeout'] });
  const back = travel(60);
  expect(Date.now()).toBe(1_060_000);
  back();
  expect(Date.now()).toBe(1_000_000);
  jest.useRealTimers();
});

onEachHost((boot) => {
  test('logins and mailed tokens expire', async () => {
    const backends = [
      { name: 'app', transport: bearer(), strategy: jwt() },
      { name: 'web', transport: cookie(), strategy: database({ lifetimeSeconds: 600 }) },
    ];
    const { app, api, addUser } = await boot({ fresh: true, backends, session: Session });
    const ada = await addUser();
    const outbox = captureMails(app);
    const web = api.with(await actingAs(app, ada, { backend: 'web' }));
    const token = api.with(await actingAs(app, ada));
    await api.post('/auth/forgot-password', { email: ada.email }).expect(202);
    const reset = await outbox.next('reset-password');

    go(599);
    await web.get('/users/me').expect(200);
    go(2);
    await web.get('/users/me').expect(401);
    await token.get('/users/me').expect(200);
    const stale = await token.patch('/users/me', { password: 'a second password' }).expect(403);
    expect(stale.body).toMatchObject({ detail: 'REAUTHENTICATION_REQUIRED' });
    go(3000);
    await token.get('/users/me').expect(401);
    await api.post('/auth/reset-password', { ...reset, password: PASSWORD }).expect(400);
    await api
      .with(await actingAs(app, ada))
      .get('/users/me')
      .expect(200);
  });

  test('a limit in memory ends', async () => {
    const { api, addUser } = await boot({ limits: { login: { attempts: 1, windowSeconds: 900 } } });
    await addUser();
    const attempt = () => api.post('/auth/jwt/login', { email: 'ada@example.com', password: 'wrong' });
    await attempt().expect(400);
    await attempt().expect(429);
    go(901);
    await attempt().expect(400);
  });
});
