import { Controller, Get, Injectable, Post, UseGuards } from '@nestjs/common';
import {
  Authenticated,
  bearer,
  cookie,
  CurrentUser,
  database,
  type HttpRequest,
  type HttpResponse,
  type IssuedToken,
  jwt,
  type Transport,
} from 'nestjs-users';
import { actingAs } from 'nestjs-users/testing';
import { combine, STRATEGIES, TRANSPORTS } from '../support/backends.js';
import { onEachHost, PASSWORD } from '../support/host.js';
import { Session } from '../support/users.js';

@Controller('notes')
@UseGuards(Authenticated())
class NotesController {
  @Get()
  list(@CurrentUser() user: { email: string }): object {
    return { of: user.email };
  }

  @Post()
  write(): object {
    return {};
  }
}

const HOST = { controllers: [NotesController] };

onEachHost((boot) => {
  const combinations = (Object.keys(TRANSPORTS) as (keyof typeof TRANSPORTS)[]).flatMap((transport) =>
    STRATEGIES.map((strategy) => ({ transport, strategy })),
  );

  describe.each(combinations)('by $transport and $strategy', ({ transport, strategy }) => {
    test('a user is logged in at routes of the host and of the library, and logs out', async () => {
      const { options, close } = await combine(transport, strategy);
      try {
        const { app, api, addUser } = await boot({ ...options, host: HOST });
        const ada = await addUser();
        const own = api.with(await actingAs(app, ada));
        expect((await own.get('/notes').expect(200)).body).toEqual({ of: 'ada@example.com' });
        await own.post('/notes').expect(201);
        expect((await own.get('/users/me').expect(200)).body).toMatchObject({ email: 'ada@example.com' });
        await own.post('/auth/main/logout').expect(204);
        await own.get('/notes').expect(401);
        await api
          .with(await actingAs(app, ada.id))
          .get('/notes')
          .expect(200);
      } finally {
        await close();
      }
    });
  });

  test('the login is fresh, unless the test says when it was', async () => {
    const { app, api, addUser } = await boot();
    const ada = await addUser();
    const old = api.with(await actingAs(app, ada, { authenticatedAt: Math.floor(Date.now() / 1000) - 1200 }));
    const { body } = await old.patch('/users/me', { password: 'a second password' }).expect(403);
    expect(body).toMatchObject({ detail: 'REAUTHENTICATION_REQUIRED' });
    await api
      .with(await actingAs(app, ada))
      .patch('/users/me', { password: 'a second password' })
      .expect(200);
  });

  test('a user object from before a change of the password will do', async () => {
    const { app, api, addUser, service } = await boot();
    const ada = await addUser();
    await service.updateUser(ada.id, { password: 'a second password' });
    await api
      .with(await actingAs(app, ada))
      .get('/users/me')
      .expect(200);
  });

  test('the backend is the first, or the one that is named', async () => {
    const backends = [
      { name: 'app', transport: bearer(), strategy: jwt() },
      { name: 'web', transport: cookie({ requireOrigin: true }), strategy: database() },
    ];
    const { app, api, addUser, sessions } = await boot({ backends, session: Session, host: HOST });
    const ada = await addUser();
    expect(Object.keys(await actingAs(app, ada))).toEqual(['authorization']);
    const web = await actingAs(app, ada, { backend: 'web' });
    expect(web).toEqual({
      cookie: expect.stringMatching(/^__Host-session=[\w-]{43}$/),
      'sec-fetch-site': 'same-origin',
    });
    await api.with(web).post('/notes').expect(201);
    await api
      .with({ ...web, 'sec-fetch-site': 'cross-site' })
      .post('/notes')
      .expect(403, /CROSS_ORIGIN/);
    expect(await sessions?.count()).toBe(2);
    await expect(actingAs(app, ada, { backend: 'mobile' })).rejects.toThrow(
      'The backend mobile does not exist; the backends are app, web.',
    );
  });

  test('neither a hash nor a hook nor an event nor a limit is spent', async () => {
    const called: string[] = [];
    const hooks = {
      preLoginHook: () => void called.push('preLoginHook'),
      postLoginHook: () => called.push('postLoginHook'),
    };
    const limits = { accountLogins: { attempts: 1, windowSeconds: 60 } };
    const { app, api, addUser } = await boot({ hooks, limits });
    const ada = await addUser({ password: undefined as never });
    for (let times = 0; times < 5; times++) await actingAs(app, ada);
    await api
      .with(await actingAs(app, ada))
      .get('/users/me')
      .expect(200);
    expect(called).toEqual([]);
  });

  test('who cannot be logged in is named, with the reason', async () => {
    const { app, addUser, service } = await boot({ requireVerification: true });
    const inactive = await addUser({ email: 'eve@example.com', isActive: false });
    const unverified = await addUser({ email: 'bob@example.com', isVerified: false });
    const gone = await addUser({ email: 'cleo@example.com' });
    await service.deleteUser(gone);
    await expect(actingAs(app, inactive)).rejects.toThrow(
      `actingAs(): the user ${inactive.id} is inactive, and no login of an inactive user is valid.`,
    );
    await expect(actingAs(app, unverified)).rejects.toThrow(/is not verified.*\{ verify: true \}/);
    await expect(actingAs(app, gone)).rejects.toThrow(`actingAs(): there is no user with the id ${gone.id}.`);
    await expect(actingAs(app, { email: 'ada@example.com' } as never)).rejects.toThrow(/needs a stored user/);
  });

  describe('a transport of the host', () => {
    @Injectable()
    class HeaderTransport implements Transport {
      readonly challenge = 'Key';
      read = ({ headers }: HttpRequest) => headers['x-key'] as string | undefined;
      deliver = ({ token }: IssuedToken) => ({ key: token });
      replace = ({ token }: IssuedToken, response: HttpResponse) => void response.header('X-Key', token);
    }

    @Injectable()
    class QueryTransport extends HeaderTransport {
      override read = ({ query }: HttpRequest) => new Map(Object.entries(query ?? {})).get('key') as string;
    }

    test('has its own header field', async () => {
      const backends = [{ name: 'keys', transport: HeaderTransport, strategy: jwt() }];
      const { app, api, addUser } = await boot({ backends, fresh: true });
      const headers = await actingAs(app, await addUser());
      expect(Object.keys(headers)).toEqual(['x-key']);
      await api.with(headers).get('/users/me').expect(200);
    });

    test('that reads no header field is refused in a sentence', async () => {
      const backends = [{ name: 'keys', transport: QueryTransport, strategy: jwt() }];
      const { app, addUser } = await boot({ backends, fresh: true });
      await expect(actingAs(app, await addUser())).rejects.toThrow(
        /the transport of the backend keys does not find its token/,
      );
    });
  });

  test('a login of the kit ends as any other: by a new password', async () => {
    const { app, api, addUser, service } = await boot();
    const ada = await addUser();
    const own = api.with(await actingAs(app, ada));
    await service.updateUser(ada.id, { password: `${PASSWORD} 2` });
    await own.get('/users/me').expect(401);
  });
});
