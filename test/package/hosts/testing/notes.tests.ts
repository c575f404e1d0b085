import type { INestApplication } from '@nestjs/common';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { Authenticated, Superuser } from 'nestjs-users';
import {
  actingAs,
  captureMails,
  fakeCurrentUser,
  fakeGuard,
  fakeProvider,
  settled,
  travel,
  withCheapHashes,
} from 'nestjs-users/testing';
import request from 'supertest';
import { AppModule, AppUsersService, NotesController } from './app.module.js';

const builder = () => withCheapHashes(Test.createTestingModule({ imports: [AppModule] }));
const ada = { id: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff', email: 'ada@example.com', isVerified: true };

let app: INestApplication;

async function start(made: TestingModuleBuilder) {
  const module = await made.compile();
  app = module.createNestApplication();
  await app.init();
  return request(app.getHttpServer());
}

afterEach(() => app?.close());

test('a stored user is logged in, and the login expires', async () => {
  const api = await start(builder());
  await api.get('/notes').expect(401);
  const user = await app.get(AppUsersService).addUser({ email: 'ada@example.com' }, { verify: true });
  const headers = await actingAs(app, user);
  await api.get('/notes').set(headers).expect(200, { of: 'ada@example.com' });
  await api.get('/notes/count').set(headers).expect(403);
  const comeBack = travel(3601);
  await api.get('/notes').set(headers).expect(401);
  comeBack();
  await api.get('/notes').set(headers).expect(200);
});

test('a registration is verified by the mailed token', async () => {
  const api = await start(builder());
  const outbox = captureMails(app);
  const registration = { email: 'ada@example.com', password: 'correct horse battery' };
  await api.post('/auth/register').send(registration).expect(201);
  const { token } = await outbox.next('verification', 'ada@example.com');
  await api.post('/auth/verify').send({ token }).expect(200);
  await api.post('/auth/jwt/login').send(registration).expect(200);
  await settled(app);
});

test('a fake user passes the guards', async () => {
  const api = await start(fakeCurrentUser(builder(), { ...ada, isSuperuser: true }));
  await api.get('/notes').expect(200, { of: 'ada@example.com' });
  await api.get('/notes/count').expect(200, { count: 0 });
});

test('a fake guard sets the current user', async () => {
  const api = await start(builder().overrideGuard(Authenticated()).useValue(fakeGuard(ada)));
  await api.get('/notes').expect(200, { of: 'ada@example.com' });
});

test('a person logs in with an account at Google', async () => {
  await start(builder());
  const google = fakeProvider(app, 'google');
  const answer = await google.logIn({ subject: '42', email: 'ada@example.com', emailVerified: true });
  expect(answer.status).toBe(200);
  expect(await app.get(AppUsersService).findByEmail('ada@example.com')).toMatchObject({ isVerified: true });
});

test('a controller is tested without HTTP', async () => {
  const users = { listAndCountUsers: async () => [[], 7] };
  const module = await Test.createTestingModule({
    controllers: [NotesController],
    providers: [{ provide: AppUsersService, useValue: users }],
  })
    .overrideGuard(Authenticated())
    .useValue(fakeGuard(ada))
    .overrideGuard(Superuser())
    .useValue(fakeGuard(ada))
    .compile();
  expect(await module.get(NotesController).count()).toEqual({ count: 7 });
});
