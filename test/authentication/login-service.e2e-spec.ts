import { jest } from '@jest/globals';
import {
  Controller,
  Get,
  HttpCode,
  Param,
  Post,
  Query,
  Req,
  Res,
  type Type,
  UseGuards,
} from '@nestjs/common';
import {
  Authenticated,
  type BaseUser,
  bearer,
  cookie,
  CurrentUser,
  database,
  type HttpRequest,
  type HttpResponse,
  jwt,
  LoginService,
  Public,
  UsersService,
} from 'nestjs-users';
import { Gate } from '../support/gate.js';
import { onEachHost, PASSWORD } from '../support/host.js';
import { travel } from '../support/time.js';
import { Session } from '../support/users.js';

/** A way in of a host's own: whoever knows a user's id is let in, as by a link that was mailed. */
@Controller('links')
@Public()
class LinksController {
  constructor(
    readonly logins: LoginService,
    readonly users: UsersService,
  ) {}

  @Get(':id')
  follow(
    @Param('id') id: string,
    @Query('backend') backend: string,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
  ) {
    return this.logins.logIn(id, request, response, { backend });
  }

  @Post(':id')
  @HttpCode(200)
  async redeem(
    @Param('id') id: string,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
  ) {
    const user = await this.users.getUser(id);
    return { ...(await this.logins.logIn(user, request, response, { backend: 'web' })), email: user.email };
  }

  @Post(':id/token')
  token(@Param('id') id: string, @Query('backend') backend: string, @Req() request: HttpRequest) {
    return this.logins.issueToken(id, {
      backend,
      request,
      authenticatedAt: Math.floor(Date.now() / 1000) - 700,
    });
  }
}

/** A route of a host's own that gives a client another token. */
function refreshing(gate: Gate): Type {
  @Controller('refresh')
  @UseGuards(Authenticated())
  class RefreshController {
    constructor(readonly logins: LoginService) {}

    @Post()
    async refresh(
      @CurrentUser() user: object,
      @Req() request: HttpRequest,
      @Res({ passthrough: true }) response: HttpResponse,
    ) {
      await gate.wait();
      return this.logins.logIn(user as BaseUser, request, response);
    }

    @Post('token')
    async token(@CurrentUser() user: object, @Req() request: HttpRequest) {
      await gate.wait();
      return this.logins.issueToken(user as BaseUser, { request });
    }
  }
  return RefreshController;
}

const OPTIONS = {
  host: { controllers: [LinksController] },
  session: Session,
  backends: [
    { name: 'app', transport: bearer(), strategy: jwt() },
    { name: 'web', transport: cookie(), strategy: database() },
  ],
};

onEachHost((boot) => {
  test('a host’s own way in goes on as our logins do: hook, session, limits, token in its place', async () => {
    const hooked: string[] = [];
    const { api, addUser, sessions } = await boot({
      ...OPTIONS,
      hooks: {
        postLoginHook: (user, _request, response) => {
          hooked.push(user.email);
          return response?.header('x-greeting', 'hello');
        },
      },
    });
    const { id, email } = await addUser();

    const { body, headers } = await api.get(`/links/${id}?backend=app`).expect(200);
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'bearer',
      expires_in: expect.closeTo(3600, -1),
    });
    expect([headers['x-greeting'], headers['cache-control']]).toEqual(['hello', 'no-store']);
    const app = api.as(body.access_token);
    await app.get('/users/me').expect(200);
    // It is a fresh login, so a new password needs no other proof.
    await app.patch('/users/me', { password: `${PASSWORD}!` }).expect(200);

    const web = await api.post(`/links/${id}`).expect(200);
    expect(web.body).toEqual({ email });
    const sent = web.headers['set-cookie'][0];
    expect(sent).toMatch(/^__Host-session=.+; HttpOnly/i);
    const [session] = sent.split(';');
    await api.get('/users/me').set('Cookie', session).expect(200);
    await api.post('/auth/web/logout').set('Cookie', session).expect(204);
    await api.get('/users/me').set('Cookie', session).expect(401);

    expect(hooked).toEqual([email, email]);
    expect(await sessions?.find()).toHaveLength(1);
  });

  test('who could not log in by a password can’t by this either', async () => {
    const refusing = { value: false };
    const { api, service, addUser, sessions } = await boot({
      ...OPTIONS,
      requireVerification: true,
      hooks: {
        postLoginHook: () => {
          if (refusing.value) throw new Error('not today');
        },
      },
    });
    const { id } = await addUser();
    const ways = () => [
      api.get(`/links/${id}?backend=app`),
      api.post(`/links/${id}`),
      api.post(`/links/${id}/token?backend=app`),
    ];
    await service.updateUser(id, { isVerified: false });
    for (const way of ways()) await way.expect(400, /LOGIN_USER_NOT_VERIFIED/);
    await service.updateUser(id, { isActive: false, isVerified: true });
    for (const way of ways()) await way.expect(400, /LOGIN_BAD_CREDENTIALS/);
    await service.updateUser(id, { isActive: true });
    refusing.value = true;
    await api.post(`/links/${id}`).expect(400, /LOGIN_BAD_CREDENTIALS/);
    await api.get('/links/00000000-0000-4000-8000-000000000000?backend=app').expect(404);
    expect(await sessions?.find()).toHaveLength(0);
  });

  test('a page of another origin logs no browser in, by a request that changes something', async () => {
    const { api, addUser, sessions } = await boot(OPTIONS);
    const { id } = await addUser();
    await api
      .post(`/links/${id}`)
      .set('Sec-Fetch-Site', 'cross-site')
      .expect(403, /CROSS_ORIGIN_REQUEST/);
    expect(await sessions?.find()).toHaveLength(0);
    await api.get(`/links/${id}?backend=web`).set('Sec-Fetch-Site', 'cross-site').expect(200);
  });

  test('a token alone runs no hook, and is of the login that it is said to be of', async () => {
    const hooked: unknown[] = [];
    const { api, addUser, sessions } = await boot({
      ...OPTIONS,
      hooks: { postLoginHook: (user) => void hooked.push(user) },
    });
    const { id } = await addUser();
    const { body } = await api.post(`/links/${id}/token?backend=app`).expect(201);
    expect(body).toEqual({ token: expect.any(String), lifetimeSeconds: expect.any(Number) });
    expect(body.lifetimeSeconds).toBeLessThanOrEqual(2900);
    const app = api.as(body.token);
    await app.get('/users/me').expect(200);
    await app.patch('/users/me', { password: `${PASSWORD}!` }).expect(403, /REAUTHENTICATION_REQUIRED/);
    expect(await sessions?.find()).toHaveLength(1);
    expect(hooked).toEqual([]);
  });

  test('a moment of the login that is none, or yet to come, is a mistake of the program, and makes no token', async () => {
    const { app, addUser, sessions } = await boot(OPTIONS);
    const user = await addUser();
    const logins = await app.resolve(LoginService);
    const now = Date.now();
    for (const backend of ['app', 'web']) {
      for (const moment of [
        now,
        now / 1000 + 0.5,
        String(Math.floor(now / 1000)),
        NaN,
        null,
        -1,
        new Date(),
      ]) {
        const plan = { backend, authenticatedAt: moment as number };
        const response = { header: () => undefined, status: () => undefined };
        const request = { headers: {}, method: 'POST', url: '/' };
        await expect(logins.issueToken(user, plan)).rejects.toThrow(/authenticatedAt must be whole seconds/);
        await expect(logins.logIn(user, request, response, plan)).rejects.toThrow(/authenticatedAt must be/);
      }
    }
    const near = await logins.issueToken(user, { authenticatedAt: Math.floor(now / 1000) + 30 });
    expect(near.lifetimeSeconds).toBe(3600);
    expect(await sessions?.find()).toHaveLength(1);
  });

  test('a login that goes on is no fresher than the one that the request came by, and ends with it', async () => {
    const gate = new Gate();
    const { api, addUser } = await boot({ ...OPTIONS, host: { controllers: [refreshing(gate)] } });
    await addUser();
    const ada = await api.loggedIn('ada@example.com', PASSWORD, 'app');
    travel(700);
    for (const path of ['/refresh', '/refresh/token']) {
      const { body } = await ada.post(path).expect(201);
      const again = api.as(body.access_token ?? body.token);
      await again.get('/users/me').expect(200);
      await again.patch('/users/me', { password: `${PASSWORD}!` }).expect(403, /REAUTHENTICATION_REQUIRED/);
      const other = await api.loggedIn('ada@example.com', PASSWORD, 'app');
      const late = await gate.during(other.post(path), () => other.post('/auth/app/logout').expect(204));
      expect(late.status).toBe(401);
    }
    jest.useRealTimers();
  });

  test('a backend that does not exist is a mistake of the program, and makes no token', async () => {
    const { app, addUser, sessions } = await boot(OPTIONS);
    const user = await addUser();
    const logins = await app.resolve(LoginService);
    await expect(logins.issueToken(user, { backend: 'nowhere' })).rejects.toThrow(
      /The backend nowhere does not exist; the backends are app, web/,
    );
    expect(await sessions?.find()).toHaveLength(0);
  });
});
