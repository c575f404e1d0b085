import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  Scope,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  Ack,
  ConnectedSocket,
  MessageBody,
  type OnGatewayConnection,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import {
  Authenticated,
  type BaseUser,
  bearer,
  ConnectionsService,
  cookie,
  CurrentIdentity,
  CurrentUser,
  database,
  type Identity,
  jwt,
  Public,
  rememberHandshake,
  RolesAccepted,
  RolesService,
  type Strategy,
  Superuser,
  type UpgradeRequest,
  UserLoadOptions,
  UsersErrorsInterceptor,
  UsersService,
} from 'nestjs-users';
import { io } from 'socket.io-client';
import { type Host, type HostOptions, onEachAdapter, PASSWORD } from '../support/host.js';
import { type GatewayClient, type Handshake, SOCKET_KINDS } from '../support/sockets.js';
import { travel } from '../support/time.js';
import { Member, MemberSession, Role, type User } from '../support/users.js';

const answer = (event: string, data: unknown) => ({ event, data });
const emailOf = (user: User | undefined) => user?.email ?? 'nobody';

@Injectable()
class Mine extends Authenticated() {}

/** Lets everybody pass who asks for it, and so asks no guard of the library. */
@Injectable()
class Sometimes implements CanActivate {
  constructor(@Inject(Mine) private readonly inner: CanActivate) {}

  canActivate(context: ExecutionContext) {
    return context.switchToWs().getData<unknown>() === 'open' || this.inner.canActivate(context);
  }
}

@WebSocketGateway()
class Gateway implements OnGatewayConnection {
  constructor(@Inject(UsersService) private readonly users: UsersService) {}

  handleConnection(client: object, request?: UpgradeRequest): void {
    if (request) rememberHandshake(client, request);
  }

  @SubscribeMessage('public')
  @Public()
  public(@CurrentUser() user?: User) {
    return answer('public', emailOf(user));
  }

  @SubscribeMessage('plain')
  plain(@CurrentUser() user?: User) {
    return answer('plain', emailOf(user));
  }

  @SubscribeMessage('me')
  @UseGuards(Authenticated())
  me(@CurrentUser() user: User, @CurrentIdentity() { backend }: Identity) {
    return answer('me', `${user.email} by ${backend.name}`);
  }

  @SubscribeMessage('echo')
  @UseGuards(Authenticated())
  echo(@MessageBody() data: unknown, @ConnectedSocket() client: object, @CurrentUser() user: User) {
    return answer('echo', [typeof data, typeof client, user.email]);
  }

  @SubscribeMessage('perhaps')
  @UseGuards(Authenticated({ optional: true }))
  perhaps(@CurrentUser() user?: User) {
    return answer('perhaps', emailOf(user));
  }

  @SubscribeMessage('verified')
  @UseGuards(Authenticated({ verified: true }))
  verified(@CurrentUser() user: User) {
    return answer('verified', user.email);
  }

  @SubscribeMessage('root')
  @UseGuards(Authenticated(), Superuser())
  root(@CurrentUser() user: User) {
    return answer('root', user.email);
  }

  @SubscribeMessage('report')
  @UseGuards(Authenticated(), RolesAccepted('analyst'))
  report(@CurrentUser() user: Member) {
    return answer('report', user.roles.map(({ name }) => name).join());
  }

  @SubscribeMessage('sometimes')
  @UseGuards(Sometimes)
  async sometimes(@MessageBody() data: unknown, @CurrentUser() user?: User) {
    await Promise.resolve();
    return answer('sometimes', `${String(data)} ${emailOf(user)}`);
  }

  @SubscribeMessage('acknowledged')
  @UseGuards(Authenticated())
  acknowledged(@MessageBody() data: unknown, @Ack() ack: (told: unknown) => void, @CurrentUser() user: User) {
    ack([data, user.email]);
  }

  @SubscribeMessage('rename')
  @UseGuards(Authenticated())
  @UseInterceptors(UsersErrorsInterceptor)
  async rename(@CurrentUser() { id }: User, @MessageBody() email: string) {
    return answer('rename', (await this.users.updateUser(id, { email })).email);
  }

  @SubscribeMessage('roles')
  @UseGuards(Authenticated())
  @UserLoadOptions<Member>({ relations: { roles: true } })
  roles(@CurrentUser() user: Member) {
    return answer('roles', user.roles.length);
  }
}

/** Closes sockets of nobody, and sends each event only to those who may still have it. */
@WebSocketGateway()
class StrictGateway implements OnGatewayConnection {
  readonly clients = new Map<Client, Identity>();

  constructor(@Inject(ConnectionsService) private readonly connections: ConnectionsService) {}

  async handleConnection(client: Client, request?: UpgradeRequest): Promise<void> {
    if (request) rememberHandshake(client, request);
    const identity = await this.connections.identify(client);
    if (identity) this.clients.set(client, identity);
    else close(client);
  }

  @SubscribeMessage('me')
  @UseGuards(Authenticated())
  me(@CurrentUser() user: User) {
    return answer('me', user.email);
  }

  async tellAll(text: string): Promise<void> {
    for (const [client, identity] of this.clients) {
      if (await this.connections.isAllowed(identity)) send(client, 'news', text);
      else close(client);
    }
  }
}

interface Client {
  disconnect?: (close: boolean) => void;
  close?: () => void;
  emit?: (event: string, data: unknown) => void;
  send: (text: string) => void;
}

const close = (client: Client) => (client.disconnect ? client.disconnect(true) : client.close?.());
const send = (client: Client, event: string, data: unknown) =>
  client.disconnect ? client.emit?.(event, data) : client.send(JSON.stringify({ event, data }));

@WebSocketGateway()
class ForgetfulGateway {
  @SubscribeMessage('me')
  @UseGuards(Authenticated())
  me(@CurrentUser() user: User) {
    return answer('me', user.email);
  }

  @SubscribeMessage('perhaps')
  @UseGuards(Authenticated({ optional: true }))
  perhaps(@CurrentUser() user?: User) {
    return answer('perhaps', emailOf(user));
  }
}

@Injectable()
class FailingStrategy implements Strategy {
  issue = () => Promise.reject(new Error('not here'));
  identify = () => Promise.reject(new Error('the table secrets_of_host is missing'));
  revoke = () => Promise.resolve();
}

const PASSES = { status: 'passes' };

onEachAdapter('sqlite', { takesLong: true }, (boot) => {
  describe.each(SOCKET_KINDS)('$name', (kind) => {
    const clients: GatewayClient[] = [];
    afterEach(() => {
      for (const client of clients.splice(0)) client.close();
    });

    const start = (
      options: HostOptions = {},
      gateway: HostOptions['host'] = { providers: [Gateway, Mine] },
    ) =>
      boot({
        ...{ user: Member, role: Role, session: MemberSession },
        backends: [
          { name: 'app', transport: bearer(), strategy: jwt() },
          {
            name: 'web',
            transport: cookie({ allowedOrigins: ['https://app.example.com'] }),
            strategy: database(),
          },
        ],
        ...options,
        host: gateway,
        prepare: kind.adapter,
      });
    const connect = async ({ api }: Host, handshake?: Handshake): Promise<GatewayClient> => {
      const client = await kind.connect(api, handshake);
      clients.push(client);
      return client;
    };
    /** The answer to a message. */
    const ask = async (client: GatewayClient, event: string, data?: unknown): Promise<unknown> => {
      client.send(event, data);
      const received = await client.next();
      if (received?.event === 'exception') return received.data;
      expect(received?.event).toBe(event);
      return received?.data;
    };
    const refusal = (statusCode: number, detail: string, pattern: string): unknown =>
      expect.objectContaining({ status: 'error', statusCode, detail, cause: { pattern } });
    const byToken = async (host: Host, email = 'ada@example.com') => ({
      headers: { authorization: `Bearer ${await host.api.login(email, PASSWORD, 'app')}` },
    });
    const byCookie = async (host: Host, email = 'ada@example.com') => {
      const { headers } = await host.api.loggedIn(email, PASSWORD, 'web');
      return { headers: { cookie: headers['cookie'] ?? '' } };
    };
    const grant = async ({ app }: Host, user: BaseUser) => {
      const role = await app.get(RolesService).addRole({ name: 'analyst' });
      await app.get(RolesService).assignRole(user, role);
      return role;
    };

    test('guards and decorators work at messages', async () => {
      const host = await start();
      const ada = await host.addUser();
      await host.addUser({ email: 'root@example.com', isSuperuser: true });
      const [anonymous, first, second, root] = [
        await connect(host),
        await connect(host, await byToken(host)),
        await connect(host, await byCookie(host)),
        await connect(host, await byToken(host, 'root@example.com')),
      ];
      expect(await ask(anonymous, 'me')).toEqual({
        ...{ status: 'error', statusCode: 401, error: 'Unauthorized', message: 'You are not logged in.' },
        ...{ detail: 'Unauthorized', cause: { pattern: 'me' } },
      });
      expect(await ask(anonymous, 'perhaps')).toBe('nobody');
      expect(await ask(anonymous, 'plain')).toBe('nobody');
      expect(await ask(first, 'me')).toBe('ada@example.com by app');
      expect(await ask(second, 'me')).toBe('ada@example.com by web');
      expect(await ask(first, 'perhaps')).toBe('ada@example.com');
      expect(await ask(first, 'plain')).toBe('nobody');
      expect(await ask(first, 'root')).toEqual(refusal(403, 'Forbidden', 'root'));
      expect(await ask(root, 'root')).toBe('root@example.com');
      expect(await ask(first, 'report')).toEqual(refusal(403, 'Forbidden', 'report'));
      const role = await grant(host, ada);
      expect(await ask(first, 'report')).toBe('analyst');
      await host.app.get(RolesService).revokeRole(ada, role);
      expect(await ask(first, 'report')).toEqual(refusal(403, 'Forbidden', 'report'));

      await host.users.update({ email: 'ada@example.com' }, { isVerified: false });
      expect(await ask(first, 'verified')).toEqual(refusal(403, 'USER_NOT_VERIFIED', 'verified'));
      expect(await ask(first, 'me')).toBe('ada@example.com by app');
    });

    test('whoever has no valid credential is refused', async () => {
      const host = await start();
      await host.addUser();
      const { headers } = await byToken(host);
      const session = (await byCookie(host)).headers;
      const token = headers.authorization.slice('Bearer '.length);
      const handshakes: Handshake[] = [
        {},
        { headers: { authorization: 'Bearer nonsense' } },
        { headers: { authorization: `Bearer ${session.cookie.replace(/^[^=]+=/, '')}` } },
        { query: { token, access_token: token, authorization: headers.authorization } },
        ...(kind.name === 'ws'
          ? []
          : [
              { auth: { token: 'nonsense' } },
              { auth: { token: { token } } },
              { auth: { cookie: session.cookie, headers: { cookie: session.cookie } } },
              { auth: { token: 'a'.repeat(100_000) } },
              { auth: JSON.parse(`{"__proto__":{"token":"${token}"}}`) as Record<string, unknown> },
            ]),
      ];
      for (const handshake of handshakes) {
        const client = await connect(host, handshake);
        expect(await ask(client, 'me')).toEqual(refusal(401, 'Unauthorized', 'me'));
        expect(await ask(client, 'perhaps')).toBe('nobody');
      }
    });

    test('a message is judged with one statement, and refused after the login has ended', async () => {
      const host = await start();
      await host.addUser();
      const handshake = await byToken(host);
      const [first, second] = [await connect(host, handshake), await connect(host, await byCookie(host))];
      for (const client of [first, second]) {
        for (const event of ['me', 'root', 'report', 'roles']) {
          expect(await host.queries.during(() => ask(client, event))).toHaveLength(1);
        }
        expect(await host.queries.during(() => ask(client, 'public'))).toHaveLength(0);
      }
      await host.api.with(handshake.headers).post('/auth/app/logout').expect(204);
      expect(await ask(first, 'me')).toEqual(refusal(401, 'Unauthorized', 'me'));
      expect(await ask(first, 'perhaps')).toBe('nobody');
      expect(await ask(second, 'me')).toBe('ada@example.com by web');
    });

    test.each([
      [
        'the user is deactivated',
        (host: Host, id: string) => host.service.updateUser(id, { isActive: false }),
      ],
      ['the user is deleted', (host: Host, id: string) => host.service.deleteUser(id)],
      [
        'the password is new',
        (host: Host, id: string) => host.service.updateUser(id, { password: 'a new password' }),
      ],
      ['the session is ended', (host: Host) => host.sessions?.deleteAll()],
      ['the token has expired', async () => travel(31)],
    ])('a message is refused where %s', async (_, happen) => {
      // Shorter than the time after which a client of socket.io gives up a silent server.
      const [app, web] = [jwt({ lifetimeSeconds: 30 }), database({ lifetimeSeconds: 30 })];
      const host = await start({
        backends: [
          { name: 'app', transport: bearer(), strategy: app },
          { name: 'web', transport: cookie(), strategy: web },
        ],
      });
      const { id } = await host.addUser();
      const open = [await connect(host, await byToken(host)), await connect(host, await byCookie(host))];
      for (const client of open) expect(await ask(client, 'perhaps')).toBe('ada@example.com');
      await happen(host, id as string);
      for (const client of open) {
        expect(await ask(client, 'me')).toEqual(refusal(401, 'Unauthorized', 'me'));
        expect(await ask(client, 'perhaps')).toBe('nobody');
      }
    });

    test('a page of another origin uses no cookie', async () => {
      const host = await start();
      await host.addUser();
      const { headers: session } = await byCookie(host);
      const pages: [Record<string, string>, unknown][] = [
        [{}, PASSES],
        [{ origin: host.api.url }, PASSES],
        [{ origin: 'https://app.example.com' }, PASSES],
        [{ 'sec-fetch-site': 'same-origin' }, PASSES],
        [{ origin: 'https://evil.example' }, refusal(403, 'CROSS_ORIGIN_REQUEST', 'perhaps')],
        [{ origin: 'null' }, refusal(403, 'CROSS_ORIGIN_REQUEST', 'perhaps')],
        [{ 'sec-fetch-site': 'cross-site' }, refusal(403, 'CROSS_ORIGIN_REQUEST', 'perhaps')],
        [
          { 'sec-fetch-site': 'same-site', origin: 'https://sister.example.com' },
          refusal(403, 'CROSS_ORIGIN_REQUEST', 'perhaps'),
        ],
      ];
      for (const [page, expected] of pages) {
        const headers = { ...session, ...page };
        const auth = { 'sec-fetch-site': 'same-origin', headers: { origin: host.api.url } };
        const client = await connect(host, { headers, auth });
        expect(await ask(client, 'perhaps')).toEqual(expected === PASSES ? 'ada@example.com' : expected);
      }
      const polling = { transports: ['polling'] };
      const slow = await connect(host, {
        ...polling,
        headers: { ...session, origin: 'https://evil.example' },
      });
      expect(await ask(slow, 'perhaps')).toEqual(refusal(403, 'CROSS_ORIGIN_REQUEST', 'perhaps'));
      const own = await connect(host, {
        ...polling,
        headers: { ...session, 'sec-fetch-site': 'same-origin' },
      });
      expect(await ask(own, 'perhaps')).toBe('ada@example.com');
      const { headers } = await byToken(host);
      const app = await connect(host, { headers: { ...headers, origin: 'https://evil.example' } });
      expect(await ask(app, 'me')).toBe('ada@example.com by app');
    });

    test('a handshake with the logins of two users is nobody’s', async () => {
      const host = await start();
      await host.addUser();
      await host.addUser({ email: 'eve@example.com' });
      const [ada, eve] = [await byCookie(host), await byToken(host, 'eve@example.com')];
      const client = await connect(host, { headers: { ...ada.headers, ...eve.headers } });
      expect(await ask(client, 'me')).toEqual(refusal(401, 'Unauthorized', 'me'));
      expect(await ask(client, 'perhaps')).toBe('nobody');
      const own = await byToken(host);
      const both = await connect(host, { headers: { ...ada.headers, ...own.headers } });
      expect(await ask(both, 'me')).toBe('ada@example.com by app');
    });

    test('odd payloads change nothing', async () => {
      const host = await start();
      await host.addUser();
      const [anonymous, ada] = [await connect(host), await connect(host, await byToken(host))];
      const payloads: unknown[] = [
        ...['', 'text', 0, true, null, [], [[]], {}, { user: { email: 'root@example.com' } }],
        ...['x'.repeat(900_000), { token: 'x' }, JSON.parse('{"__proto__":{"isSuperuser":true}}')],
      ];
      for (const payload of payloads) {
        expect(await ask(anonymous, 'echo', payload)).toEqual(refusal(401, 'Unauthorized', 'echo'));
        expect(await ask(ada, 'echo', payload)).toEqual([expect.any(String), 'object', 'ada@example.com']);
      }
    });

    test('messages of several users at once are each its own user’s', async () => {
      const host = await start();
      const emails = Array.from({ length: 5 }, (_, index) => `user${index}@example.com`);
      const open = await Promise.all(
        emails.map(async (email) => {
          await host.addUser({ email });
          return connect(host, await byToken(host, email));
        }),
      );
      for (let round = 0; round < 5; round++) {
        const answers = await Promise.all(open.map((client) => ask(client, 'perhaps')));
        expect(answers).toEqual(emails);
      }
    });

    test('a message whose guards did not ask is nobody’s, whatever came before it', async () => {
      const host = await start();
      await host.addUser();
      const client = await connect(host, await byToken(host));
      expect(await ask(client, 'sometimes', 'closed')).toBe('closed ada@example.com');
      expect(await ask(client, 'sometimes', 'open')).toBe('open nobody');
      const all = ['closed', 'open', 'closed', 'open', 'open', 'closed'];
      for (const data of all) client.send('sometimes', data);
      const told = await Promise.all(all.map(() => client.next()));
      expect(told.map((each) => String(each?.data)).sort()).toEqual(
        all.map((data) => `${data} ${data === 'open' ? 'nobody' : 'ada@example.com'}`).sort(),
      );
    });

    test('protectAll guards every message except public ones', async () => {
      const host = await start({ protectAll: true });
      await host.addUser();
      const [anonymous, ada] = [await connect(host), await connect(host, await byToken(host))];
      expect(await ask(anonymous, 'public')).toBe('nobody');
      expect(await ask(anonymous, 'perhaps')).toBe('nobody');
      expect(await ask(anonymous, 'plain')).toEqual(refusal(401, 'Unauthorized', 'plain'));
      expect(await ask(ada, 'plain')).toBe('ada@example.com');
      expect(await ask(ada, 'public')).toBe('nobody');
    });

    test('a guard of the whole application that NestJS would not run at messages stops the boot', async () => {
      const provider = { provide: APP_GUARD, useClass: Authenticated(), scope: Scope.REQUEST };
      await expect(start({}, { providers: [Gateway, Mine, provider] })).rejects.toThrow(
        /Authenticated\(\) guards the whole application and is request-scoped, so NestJS does not run it at Gateway; remove the scope of its provider\.$/,
      );
    });

    test('a gateway closes sockets of nobody, and sends nothing to a login that has ended', async () => {
      const host = await start({ requireVerification: true }, { providers: [StrictGateway] });
      const { id } = await host.addUser();
      const session = await byCookie(host);
      const refused: Handshake[] = [
        {},
        { headers: { authorization: 'Bearer nonsense' } },
        { headers: { ...session.headers, origin: 'https://evil.example' } },
      ];
      for (const handshake of refused) {
        const client = await connect(host, handshake);
        expect(await client.next()).toBeUndefined();
      }
      const handshake = await byToken(host);
      const [first, second] = [await connect(host, handshake), await connect(host, session)];
      expect(await ask(first, 'me')).toBe('ada@example.com');
      expect(await ask(second, 'me')).toBe('ada@example.com');
      const gateway = host.app.get(StrictGateway);
      await gateway.tellAll('hello');
      for (const client of [first, second]) {
        expect(await client.next()).toEqual({ event: 'news', data: 'hello' });
      }
      await host.api.with(handshake.headers).post('/auth/app/logout').expect(204);
      await gateway.tellAll('secret');
      expect(await first.next()).toBeUndefined();
      expect(await second.next()).toEqual({ event: 'news', data: 'secret' });
      await host.users.update({ id: id as string }, { isVerified: false });
      await gateway.tellAll('secret');
      expect(await second.next()).toBeUndefined();
    });

    test('errors of the services are those of HTTP', async () => {
      const host = await start();
      await host.addUser();
      await host.addUser({ email: 'eve@example.com' });
      const client = await connect(host, await byToken(host));
      expect(await ask(client, 'rename', 'eve@example.com')).toEqual(
        refusal(400, 'UPDATE_USER_EMAIL_ALREADY_EXISTS', 'rename'),
      );
      expect(await ask(client, 'rename', ['x'])).toMatchObject({ statusCode: 422 });
      expect(await ask(client, 'rename', 'lovelace@example.com')).toBe('lovelace@example.com');
    });

    test('what goes wrong inside is in the log, and not in the answer', async () => {
      const host = await start({
        backends: [{ name: 'app', transport: bearer(), strategy: FailingStrategy }],
      });
      const client = await connect(host, { headers: { authorization: 'Bearer token' } });
      const told = await ask(client, 'me');
      expect(told).toMatchObject({ status: 'error', message: 'Internal server error' });
      expect(JSON.stringify(told)).not.toContain('secrets_of_host');
      expect(host.scan.logLines.join()).toContain('secrets_of_host');
    });

    test('a gateway that cannot find out who opened a socket closes it, and the process lives', async () => {
      const host = await start(
        { backends: [{ name: 'app', transport: bearer(), strategy: FailingStrategy }] },
        { providers: [StrictGateway] },
      );
      const client = await connect(host, { headers: { authorization: 'Bearer token' } });
      expect(await client.next()).toBeUndefined();
      expect(host.scan.logLines.join()).toContain('secrets_of_host');
      const connections = host.app.get(ConnectionsService);
      const backend = { name: 'app', strategy: new FailingStrategy(), transport: {} };
      const identity = { user: {}, backend, token: 'token' } as unknown as Identity;
      expect(await connections.isAllowed(identity)).toBe(false);
    });
  });

  test('socket.io takes the token from auth, bare or with its scheme', async () => {
    const [kind] = SOCKET_KINDS;
    const host = await boot({ host: { providers: [ForgetfulGateway] }, prepare: kind.adapter });
    const { token } = await host.login();
    const eve = await host.login({ email: 'eve@example.com' });
    const ask = async (handshake: Handshake) => {
      const client = await kind.connect(host.api, handshake);
      client.send('perhaps');
      const received = await client.next();
      client.close();
      return received?.data;
    };
    for (const auth of [{ token }, { token: `Bearer ${token}` }, { Authorization: `Bearer ${token}` }]) {
      expect(await ask({ auth })).toBe('ada@example.com');
    }
    expect(await ask({ auth: { token }, headers: { authorization: `Bearer ${eve.token}` } })).toBe('nobody');
    expect(await ask({ auth: { token, authorization: `Bearer ${eve.token}` } })).toBe('nobody');
  });

  test('acknowledgements of socket.io still reach the handler', async () => {
    const host = await boot({
      ...{ user: Member, role: Role, session: MemberSession },
      host: { providers: [Gateway, Mine] },
      prepare: SOCKET_KINDS[0].adapter,
    });
    const { token } = await host.login();
    const socket = io(host.api.url, { auth: { token }, transports: ['websocket'], forceNew: true });
    expect(await socket.emitWithAck('acknowledged', 'hello')).toEqual(['hello', 'ada@example.com']);
    socket.close();
  });

  test('headersOf adds what a client sends in its own way, and takes nothing from the origin check', async () => {
    const [kind] = SOCKET_KINDS;
    const host = await boot({
      backends: [
        { name: 'app', transport: bearer(), strategy: jwt() },
        { name: 'web', transport: cookie(), strategy: jwt() },
      ],
      headersOf: (given) => {
        const { handshake } = given.switchToWs().getClient<{ handshake: { auth: Record<string, string> } }>();
        const { key, session } = handshake.auth;
        return { ...(key && { Authorization: `Bearer ${key}` }), ...(session && { cookie: session }) };
      },
      host: { providers: [StrictGateway] },
      prepare: kind.adapter,
    });
    await host.addUser();
    const key = await host.api.login('ada@example.com', PASSWORD, 'app');
    const { headers } = await host.api.loggedIn('ada@example.com', PASSWORD, 'web');
    const session = headers['cookie'] ?? '';
    for (const auth of [{ key }, { session }]) {
      const client = await kind.connect(host.api, { auth });
      client.send('me');
      expect(await client.next()).toEqual({ event: 'me', data: 'ada@example.com' });
      client.close();
    }
    const evil = await kind.connect(host.api, {
      auth: { session },
      headers: { origin: 'https://evil.example' },
    });
    expect(await evil.next()).toBeUndefined();
  });

  test('without the request of the handshake, ws refuses everybody and the log says why, once', async () => {
    const [, kind] = SOCKET_KINDS;
    const host = await boot({ host: { providers: [ForgetfulGateway] }, prepare: kind.adapter });
    const { api } = await host.login();
    const client = await kind.connect(host.api, { headers: api.headers });
    for (const event of ['me', 'perhaps', 'me', 'perhaps']) {
      client.send(event);
      expect(await client.next()).toMatchObject({ event: 'exception', data: { statusCode: 401 } });
    }
    client.close();
    const told = host.scan.logLines.filter((line) => line.includes('rememberHandshake(client, request)'));
    expect(told).toHaveLength(2);
    expect(told[0]).toContain('a guard at ForgetfulGateway.me refuses everybody');
  });
});
