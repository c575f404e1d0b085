import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { RolesService } from 'nestjs-users';
import { actingAs, fakeCurrentUser, withCheapHashes } from 'nestjs-users/testing';
import request from 'supertest';
import { AppModule } from '../src/app.module.js';
import { readConfiguration } from '../src/configuration.js';
import { AppUsersService } from '../src/users/users.service.js';

const configuration = readConfiguration({
  USERS_SECRET: 'klm6WtLf3zlzPE9cgafjiOgDkjRp8o5sRVG5s8UPKF6r',
  DATABASE_URL: 'sqlite::memory:',
});
const builder = () => withCheapHashes(Test.createTestingModule({ imports: [AppModule.for(configuration)] }));
const api = () => request(app.getHttpServer());

let app: INestApplication;

afterEach(() => app.close());

async function start(made = builder()) {
  const module = await made.compile();
  app = module.createNestApplication();
  await app.init();
}

test.each([
  { roles: ['clerk'], orders: 200, report: 403 },
  { roles: ['clerk', 'analyst'], orders: 200, report: 200 },
  { roles: ['administrator'], orders: 200, report: 403 },
  { roles: [], orders: 403, report: 403 },
])('the roles $roles get $orders for the orders and $report for the report', async (given) => {
  const roles = given.roles.map((name) => ({ name }));
  const carl = { id: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff', email: 'carl@example.com', roles };
  await start(fakeCurrentUser(builder(), carl));
  await api().get('/back-office/orders').expect(given.orders);
  await api().get('/back-office/report').expect(given.report);
});

test('a role that is taken away is refused on the next request, by token and by cookie', async () => {
  await start();
  const carl = await app.get(AppUsersService).addUser({ email: 'carl@example.com' }, { verify: true });
  const roles = app.get(RolesService);
  const { id: clerk } = await roles.getRoleByName('clerk');
  await roles.assignRole(carl.id, clerk);

  for (const backend of ['jwt', 'cookie']) {
    const headers = await actingAs(app, carl, { backend });
    await api().get('/back-office/orders').set(headers).expect(200);
  }
  const headers = await actingAs(app, carl);
  await roles.revokeRole(carl.id, clerk);
  await api().get('/back-office/orders').set(headers).expect(403);
});
