import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { actingAs, captureMails, fakeCurrentUser, travel, withCheapHashes } from 'nestjs-users/testing';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppModule } from '../src/app.module.js';
import { AppUsersService } from '../src/users/users.service.js';

const builder = () => withCheapHashes(Test.createTestingModule({ imports: [AppModule] }));
const api = () => request(app.getHttpServer());

let app: INestApplication;

afterEach(() => app.close());

describe('with users of the database', () => {
  beforeEach(async () => {
    const module = await builder().compile();
    app = module.createNestApplication();
    await app.init();
  });

  const addUser = (fields: { fullName?: string; isSuperuser?: boolean } = {}) =>
    app.get(AppUsersService).addUser({ email: 'ada@example.com', ...fields }, { verify: true });

  test('a user is greeted by name', async () => {
    const ada = await addUser({ fullName: 'Ada' });
    await api()
      .get('/greeting')
      .set(await actingAs(app, ada))
      .expect(200, { greeting: 'Hello, Ada!' });
  });

  test('statistics are for superusers', async () => {
    const ada = await addUser();
    await api()
      .get('/statistics')
      .set(await actingAs(app, ada))
      .expect(403);
  });

  test('a login ends after an hour', async () => {
    const headers = await actingAs(app, await addUser());
    const comeBack = travel(3601);
    await api().get('/greeting').set(headers).expect(401);
    comeBack();
    await api().get('/greeting').set(headers).expect(200);
  });

  test('a new user verifies the address by the mailed token, and logs in', async () => {
    const outbox = captureMails(app);
    const credentials = { email: 'bob@example.com', password: 'correct horse battery' };
    await api()
      .post('/auth/register')
      .send({ ...credentials, fullName: 'Bob' })
      .expect(201);
    await api().post('/auth/jwt/login').send(credentials).expect(400);
    const { token } = await outbox.next('verification', 'bob@example.com');
    await api().post('/auth/verify').send({ token }).expect(200);
    await api().post('/auth/jwt/login').send(credentials).expect(200);
  });
});

test('a superuser who is in no database reads the statistics', async () => {
  const root = { id: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff', email: 'root@example.com', isSuperuser: true };
  const module = await fakeCurrentUser(builder(), root).compile();
  app = module.createNestApplication();
  await app.init();
  const { body } = await api().get('/statistics').expect(200);
  expect(body).toEqual({ verified: 0, unverified: 0 });
});
