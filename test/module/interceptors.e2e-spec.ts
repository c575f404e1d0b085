import {
  type CallHandler,
  ClassSerializerInterceptor,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
  SerializeOptions,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { bearer, cookie, database, jwt } from 'nestjs-users';
import { map } from 'rxjs';
import { onEachAdapter, PASSWORD } from '../support/host.js';
import { Member, MemberSession, Role } from '../support/users.js';

const ADA = { email: 'ada@example.com', password: PASSWORD };

/** What the interceptor saw of each answer. */
const seen: unknown[] = [];

class Wrapping implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(
      map((data: unknown) => {
        seen.push(data);
        return { data };
      }),
    );
  }
}

class Looking implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(map((body: unknown) => body ?? undefined));
  }
}

/** Options for classes of the host's own, any of which takes fields out of plain objects. */
const serialize = (app: INestApplication) =>
  app.useGlobalInterceptors(
    new ClassSerializerInterceptor(app.get(Reflector), {
      strategy: 'excludeAll',
      excludePrefixes: ['_', 'is', 'access'],
      excludeExtraneousValues: true,
      exposeUnsetFields: false,
      groups: ['nobody'],
      version: 2,
    }),
  );

const EVERYTHING = {
  user: Member,
  role: Role,
  session: MemberSession,
  roleManagement: {},
  backends: [
    { name: 'jwt', transport: bearer(), strategy: jwt() },
    { name: 'web', transport: cookie(), strategy: database() },
  ],
};

onEachAdapter('sqlite', (boot) => {
  test('no option of a ClassSerializerInterceptor takes anything out of our answers', async () => {
    const plain = await boot(EVERYTHING);
    const serialized = await boot({ ...EVERYTHING, prepare: serialize });
    const shapes = [];
    for (const { api, login } of [plain, serialized]) {
      const root = await login({ email: 'root@example.com', isSuperuser: true });
      const answers = [
        await api.post('/auth/register', ADA).expect(201),
        await api.post('/auth/jwt/login', ADA).expect(200),
        await root.api.get('/users/me').expect(200),
        await root.api.get('/users/me/sessions').expect(200),
        await root.api.get('/users').expect(200),
        await root.api.get(`/users/${root.user.id}`).expect(200),
        await root.api.patch('/users/me', { email: 'root@example.com' }).expect(200),
        await root.api.post('/users/roles', { name: 'editor' }).expect(201),
        await root.api.get('/users/roles').expect(200),
        await api.post('/auth/forgot-password', { email: ADA.email }).expect(202, 'null'),
        await api.post('/auth/register', ADA).expect(400),
        await api.post('/auth/register', {}).expect(422),
      ];
      shapes.push(answers.map(({ body }: { body: unknown }) => shapeOf(body)));
    }
    expect(shapes[1]).toEqual(shapes[0]);
  });

  test('what a host’s decorators say of the serialiser wins', async () => {
    const { api } = await boot({
      prepare: serialize,
      registration: { decorators: [SerializeOptions({ excludePrefixes: ['is'] })] },
    });
    const { body } = await api.post('/auth/register', ADA).expect(201);
    expect(Object.keys(body as object).sort()).toEqual(['email', 'id']);
  });

  test('a wrapper gets null where there is nothing to say, and nothing for a 204', async () => {
    const { api, outbox, addUser, settled } = await boot({
      ...EVERYTHING,
      prepare: (app) => app.useGlobalInterceptors(new Wrapping()),
    });
    const ada = await addUser();
    seen.length = 0;
    const wrapped = { data: null };
    await api.post('/auth/request-verify-token', ada).expect(202, wrapped);
    await api.post('/auth/forgot-password', { email: ADA.email }).expect(202, wrapped);
    await settled();
    const { token } = outbox.last();
    const reset = await api.post('/auth/reset-password', { token, password: PASSWORD }).expect(200, wrapped);
    expect(reset.headers['content-type']).toMatch(/^application\/json; charset=utf-8/);
    expect(seen).toEqual([null, null, null]);

    const web = await api.post('/auth/web/login', ADA).expect(204);
    const logout = await api.carrying(web).post('/auth/web/logout').expect(204);
    expect([web.text, logout.text]).toEqual(['', '']);
    await api.post('/auth/forgot-password', {}).expect(422);
  });

  test('without a wrapper the client gets the JSON value null', async () => {
    for (const prepare of [undefined, (app: INestApplication) => app.useGlobalInterceptors(new Looking())]) {
      const { api } = await boot(prepare && { prepare });
      const answer = await api.post('/auth/forgot-password', { email: ADA.email }).expect(202, 'null');
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(answer.headers['content-length']).toBe('4');
    }
  });
});

/** The names of all that is in a body; values differ from host to host. */
function shapeOf(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return typeof body;
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, shapeOf(value)]));
}
