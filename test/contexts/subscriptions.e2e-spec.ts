import { Inject, Injectable, UseGuards } from '@nestjs/common';
import { Field, Mutation, ObjectType, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { PubSub } from 'graphql-subscriptions';
import {
  Authenticated,
  type BaseRole,
  bearer,
  ConnectionsService,
  cookie,
  CurrentIdentity,
  CurrentUser,
  database,
  type Identity,
  jwt,
  Public,
  RolesAccepted,
  RolesService,
} from 'nestjs-users';
import { type GraphqlAnswer, graphqlModule, GraphqlSocket, outcome } from '../support/graphql.js';
import { type Host, type HostOptions, onEachAdapter, PASSWORD } from '../support/host.js';
import { travel } from '../support/time.js';
import { Member, MemberSession, Role, type User } from '../support/users.js';

@ObjectType()
class Note {
  @Field()
  text!: string;
}

/** The events of one test. */
@Injectable()
class Notes {
  readonly pubSub = new PubSub();
  open = 0;

  listen(): AsyncIterableIterator<{ note: Note }> {
    const events = this.pubSub.asyncIterableIterator<{ note: Note }>('note');
    this.open += 1;
    return {
      next: () => events.next(),
      return: async () => {
        this.open -= 1;
        await events.return?.();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}

@Resolver(() => Note)
class NotesResolver {
  constructor(
    @Inject(Notes) private readonly notes: Notes,
    @Inject(ConnectionsService) private readonly connections: ConnectionsService,
  ) {}

  @Query(() => String)
  plain(@CurrentUser() user?: User): string {
    return user?.email ?? 'nobody';
  }

  @Query(() => String)
  @UseGuards(Authenticated())
  me(@CurrentUser() user: User): string {
    return user.email;
  }

  @Query(() => String)
  @UseGuards(Authenticated({ optional: true }))
  perhaps(@CurrentUser() user?: User): string {
    return user?.email ?? 'nobody';
  }

  @Mutation(() => String)
  @UseGuards(Authenticated())
  write(@CurrentUser() user: User): string {
    return user.email;
  }

  @Subscription(() => Note, { name: 'note' })
  @UseGuards(Authenticated())
  whatever() {
    return this.notes.listen();
  }

  @Subscription(() => Note, { resolve: (event: { note: Note }) => event.note })
  @UseGuards(Authenticated())
  whileLoggedIn(@CurrentIdentity() identity: Identity) {
    return this.connections.whileAllowed(identity, this.notes.listen());
  }

  @Subscription(() => Note, {
    resolve: (event: { note: Note }) => event.note,
    filter: ({ note }: { note: Note }) => note.text !== 'for others',
  })
  @UseGuards(RolesAccepted('analyst'))
  whileAnalyst(@CurrentIdentity() identity: Identity) {
    return this.connections.whileAllowed(identity, Promise.resolve(this.notes.listen()));
  }

  @Subscription(() => Note, { resolve: (event: { note: Note }) => event.note })
  @Public()
  open() {
    return this.notes.listen();
  }

  @Subscription(() => Note, { resolve: (event: { note: Note }) => event.note })
  unguarded() {
    return this.notes.listen();
  }

  @ResolveField(() => String)
  reader(@CurrentUser() user?: User): string {
    return user?.email ?? 'nobody';
  }
}

onEachAdapter('sqlite', { takesLong: true }, (boot, adapter) => {
  const sockets: GraphqlSocket[] = [];
  afterEach(async () => {
    await Promise.all(sockets.splice(0).map((socket) => socket.close()));
  });

  const start = (options: HostOptions = {}, context?: unknown) =>
    boot({
      ...{ user: Member, role: Role, session: MemberSession, userManagement: {} },
      backends: [
        { name: 'app', transport: bearer(), strategy: jwt() },
        {
          name: 'web',
          transport: cookie({ allowedOrigins: ['https://app.example.com'] }),
          strategy: database(),
        },
      ],
      ...options,
      host: {
        imports: [graphqlModule(adapter, { ...(context !== undefined && { context }) } as never)],
        providers: [NotesResolver, Notes],
      },
    });
  const connect = (
    { api }: Host,
    params: Record<string, unknown> = {},
    headers: Readonly<Record<string, string>> = {},
  ) => {
    const socket = new GraphqlSocket(api, params, headers);
    sockets.push(socket);
    return socket;
  };
  const tokenOf = (host: Host, email: string) => host.api.login(email, PASSWORD, 'app');
  const cookieOf = async (host: Host, email: string) => {
    const { headers } = await host.api.loggedIn(email, PASSWORD, 'web');
    return { cookie: headers['cookie'] ?? '' };
  };
  const two = async (host: Host) => {
    await host.addUser();
    await host.addUser({ email: 'eve@example.com' });
    return { ada: await tokenOf(host, 'ada@example.com'), eve: await tokenOf(host, 'eve@example.com') };
  };
  const publish = (host: Host, text: string) =>
    host.app.get(Notes).pubSub.publish('note', { note: { text } });
  const listening = async (host: Host, count = 1) => {
    while (host.app.get(Notes).open < count) await new Promise((done) => setTimeout(done, 5));
  };
  const next = async (answers: AsyncIterableIterator<GraphqlAnswer>) => {
    const { value, done } = (await answers.next()) as IteratorResult<GraphqlAnswer, undefined>;
    return done || !value ? 'completed' : outcome(value);
  };

  test('a client tells its token in the parameters of the connection, or in the handshake', async () => {
    const host = await start();
    const { ada } = await two(host);
    const session = await cookieOf(host, 'ada@example.com');
    const ways: [Record<string, unknown>, Record<string, string>][] = [
      [{ Authorization: `Bearer ${ada}` }, {}],
      [{ authorization: `bearer ${ada}` }, {}],
      [{ headers: { Authorization: `Bearer ${ada}` } }, {}],
      [{ token: ada }, {}],
      [{}, { authorization: `Bearer ${ada}` }],
      [{}, session],
      [{ Authorization: `Bearer ${ada}` }, { authorization: `Bearer ${ada}`, ...session }],
    ];
    for (const [params, headers] of ways) {
      const socket = connect(host, params, headers);
      expect(outcome(await socket.first('{ me plain perhaps }'))).toEqual({
        ...{ me: 'ada@example.com', plain: 'nobody', perhaps: 'ada@example.com' },
      });
      expect(outcome(await socket.first('mutation { write }'))).toEqual({ write: 'ada@example.com' });
    }
  });

  test('whoever has no valid token is refused with the error of GraphQL', async () => {
    const host = await start();
    const { ada } = await two(host);
    const { cookie: session } = await cookieOf(host, 'ada@example.com');
    const ways: [string, Record<string, unknown>, Record<string, string>][] = [
      ['nothing', {}, {}],
      ['nonsense', { Authorization: 'Bearer nonsense' }, {}],
      ['no text', { Authorization: { token: ada } }, {}],
      ['a list', { Authorization: [`Bearer ${ada}`] }, {}],
      ['a token of another backend', { token: session.replace(/^[^=]+=/, '') }, {}],
      ['a cookie in the parameters', { cookie: session, headers: { cookie: session } }, {}],
      ['a token of another scheme', { Authorization: `Basic ${ada}` }, {}],
      ['a very long token', { Authorization: `Bearer ${'a'.repeat(500_000)}` }, {}],
    ];
    for (const [, params, headers] of ways) {
      const socket = connect(host, params, headers);
      for (const query of ['{ me }', 'mutation { write }', 'subscription { note { text } }']) {
        const { data, errors } = await socket.first(query);
        expect(data ?? null).toBeNull();
        expect(errors).toMatchObject([
          {
            message: 'You are not logged in.',
            extensions: { code: 'UNAUTHENTICATED', status: 401, detail: 'Unauthorized' },
          },
        ]);
      }
      expect(outcome(await socket.first('{ perhaps }'))).toEqual({ perhaps: 'nobody' });
    }
  });

  test('a prototype among the parameters is no token', async () => {
    const host = await start();
    const { ada } = await two(host);
    const hidden = `{"__proto__":{"Authorization":"Bearer ${ada}"}}`;
    for (const params of [hidden, `{"headers":${hidden}}`]) {
      const socket = connect(host, JSON.parse(params) as Record<string, unknown>);
      const { data, errors } = await socket.first('{ me }');
      expect(data ?? null).toBeNull();
      // Mercurius refuses the message itself.
      if (adapter === 'express') expect(outcome({ data, errors })).toEqual(['UNAUTHENTICATED']);
      else expect(errors).toBeDefined();
    }
  });

  test('a token in the address of the handshake does not count', async () => {
    const host = await start();
    const { ada } = await two(host);
    const socket = new GraphqlSocket(
      host.api,
      {},
      {},
      `?token=${ada}&access_token=${ada}&Authorization=Bearer%20${ada}`,
    );
    sockets.push(socket);
    expect(outcome(await socket.first('{ me }'))).toEqual(['UNAUTHENTICATED']);
  });

  test('a handshake with the logins of two users is nobody’s', async () => {
    const host = await start();
    const { ada, eve } = await two(host);
    const session = await cookieOf(host, 'ada@example.com');
    const ways: [Record<string, unknown>, Record<string, string>][] = [
      [{ Authorization: `Bearer ${eve}` }, session],
      [{ Authorization: `Bearer ${eve}` }, { authorization: `Bearer ${ada}` }],
      [{ Authorization: `Bearer ${ada}`, token: eve }, {}],
      [{ Authorization: `Bearer ${ada}`, headers: { authorization: `Bearer ${eve}` } }, {}],
    ];
    for (const [params, headers] of ways) {
      const socket = connect(host, params, headers);
      expect(outcome(await socket.first('{ me }'))).toEqual(['UNAUTHENTICATED']);
      expect(outcome(await socket.first('{ perhaps }'))).toEqual({ perhaps: 'nobody' });
      expect(outcome(await socket.first('subscription { note { text } }'))).toEqual(['UNAUTHENTICATED']);
    }
    const own = connect(host, { Authorization: `Bearer ${ada}` }, session);
    expect(outcome(await own.first('{ me }'))).toEqual({ me: 'ada@example.com' });
  });

  test('a page of another origin opens no socket with a cookie', async () => {
    const host = await start();
    const { ada } = await two(host);
    const session = await cookieOf(host, 'ada@example.com');
    const pages: [Record<string, string>, 'passes' | 'refused'][] = [
      [{}, 'passes'],
      [{ origin: host.api.url }, 'passes'],
      [{ origin: 'https://app.example.com' }, 'passes'],
      [{ 'sec-fetch-site': 'same-origin', origin: 'https://proxied.example.com' }, 'passes'],
      [{ origin: 'https://evil.example' }, 'refused'],
      [{ origin: 'null' }, 'refused'],
      [{ 'sec-fetch-site': 'cross-site' }, 'refused'],
      [{ 'sec-fetch-site': 'same-site', origin: 'https://sister.example.com' }, 'refused'],
    ];
    // Mercurius adds what the client says later to the headers of the handshake.
    const lies = { 'sec-fetch-site': 'same-origin', host: 'evil.example', upgrade: '', Origin: host.api.url };
    for (const [page, expected] of pages) {
      for (const params of [{}, lies, { headers: lies }]) {
        const socket = connect(host, params, { ...session, ...page });
        for (const query of ['{ me }', '{ perhaps }', 'subscription { whileLoggedIn { text } }']) {
          if (expected === 'passes' && query.startsWith('subscription')) continue;
          const { errors } = await socket.first(query);
          const details = errors?.map(({ extensions }) => [extensions?.code, extensions?.detail]);
          expect(details).toEqual(
            expected === 'passes' ? undefined : [['FORBIDDEN', 'CROSS_ORIGIN_REQUEST']],
          );
        }
      }
    }
    const app = connect(host, { token: ada }, { origin: 'https://evil.example' });
    expect(outcome(await app.first('{ me }'))).toEqual({ me: 'ada@example.com' });
  });

  test('each operation on an open socket is judged anew, with one statement', async () => {
    const host = await start();
    const { ada } = await two(host);
    const session = await cookieOf(host, 'eve@example.com');
    const [first, second] = [connect(host, { token: ada }), connect(host, {}, session)];
    for (const socket of [first, second]) {
      await socket.first('{ me }');
      const statements = await host.queries.during(() => socket.first('{ me perhaps again: me }'));
      expect(statements).toHaveLength(1);
    }
    await host.api.as(ada).post('/auth/app/logout').expect(204);
    expect(outcome(await first.first('{ me }'))).toEqual(['UNAUTHENTICATED']);
    expect(outcome(await first.first('mutation { write }'))).toEqual(['UNAUTHENTICATED']);
    expect(outcome(await first.first('subscription { note { text } }'))).toEqual(['UNAUTHENTICATED']);

    expect(outcome(await second.first('{ me }'))).toEqual({ me: 'eve@example.com' });
    await host.users.update({ email: 'eve@example.com' }, { isActive: false });
    expect(outcome(await second.first('{ me }'))).toEqual(['UNAUTHENTICATED']);
  });

  test('a context of the host’s own that holds one request for the whole socket is judged anew, too', async () => {
    if (adapter === 'fastify') return;
    type Given = { req?: object; extra?: { request: object } };
    const perSocket = new Map<object, object>();
    const contexts = [
      (given: Given) => {
        const socket = given.extra ?? given;
        const known = perSocket.get(socket) ?? { req: given.req ?? given.extra?.request };
        perSocket.set(socket, known);
        return known;
      },
      ({ req, extra }: Given) => ({ req: req ?? extra?.request }),
      (given: Given) => given.extra ?? given,
      (given: Given) => given,
    ];
    for (const context of contexts) {
      const host = await start({}, context);
      await host.addUser();
      const session = await cookieOf(host, 'ada@example.com');
      const socket = connect(host, {}, session);
      expect(outcome(await socket.first('{ me }'))).toEqual({ me: 'ada@example.com' });
      await host.api.with(session).post('/auth/web/logout').expect(204);
      expect(outcome(await socket.first('{ me }'))).toEqual(['UNAUTHENTICATED']);
      const page = connect(host, {}, { ...session, origin: 'https://evil.example' });
      expect(outcome(await page.first('{ me }'))).toEqual(['UNAUTHENTICATED']);
    }
  });

  test('an expired token is refused on an open socket', async () => {
    const host = await start();
    const { ada } = await two(host);
    const socket = connect(host, { token: ada });
    expect(outcome(await socket.first('{ me }'))).toEqual({ me: 'ada@example.com' });
    travel(3601);
    expect(outcome(await socket.first('{ me }'))).toEqual(['UNAUTHENTICATED']);
  });

  test('an open subscription goes on after a logout, unless it is asked to watch the login', async () => {
    const host = await start();
    const { ada } = await two(host);
    const socket = connect(host, { token: ada });
    const goesOn = socket.open('subscription { note { text reader } }');
    const watched = socket.open('subscription { whileLoggedIn { text reader } }');
    const [one, other] = [next(goesOn), next(watched)];
    await listening(host, 2);
    const statements = await host.queries.during(async () => {
      await publish(host, 'hello');
      expect(await one).toEqual({ note: { text: 'hello', reader: 'ada@example.com' } });
      expect(await other).toEqual({ whileLoggedIn: { text: 'hello', reader: 'ada@example.com' } });
    });
    expect(statements).toHaveLength(1);

    await host.api.as(ada).post('/auth/app/logout').expect(204);
    const [later, end] = [next(goesOn), next(watched)];
    await publish(host, 'secret');
    expect(await later).toEqual({ note: { text: 'secret', reader: 'ada@example.com' } });
    expect(await end).toBe('completed');
    expect(host.app.get(Notes).open).toBe(1);
    expect(outcome(await socket.first('{ perhaps }'))).toEqual({ perhaps: 'nobody' });
  });

  test.each([
    [
      'the role is revoked',
      (host: Host, user: Member, role: BaseRole) => host.app.get(RolesService).revokeRole(user, role),
    ],
    [
      'the user is deactivated',
      (host: Host, { id }: Member) => host.service.updateUser(id, { isActive: false }),
    ],
    ['the user is deleted', (host: Host, { id }: Member) => host.service.deleteUser(id)],
    [
      'the user has a new password',
      (host: Host, { id }: Member) => host.service.updateUser(id, { password: 'a new password' }),
    ],
    ['the token expires', async () => travel(3601)],
  ])('a subscription that watches ends where %s', async (_, happen) => {
    const host = await start();
    const { ada } = await two(host);
    const user = (await host.users.findOneByOrFail({ email: 'ada@example.com' })) as Member;
    const role = await host.app.get(RolesService).addRole({ name: 'analyst' });
    const socket = connect(host, { token: ada });
    expect(outcome(await socket.first('subscription { whileAnalyst { text } }'))).toEqual(['FORBIDDEN']);
    await host.app.get(RolesService).assignRole(user, role);
    const answers = socket.open('subscription { whileAnalyst { text } }');
    const first = next(answers);
    await listening(host);
    await publish(host, 'for others');
    await publish(host, 'hello');
    expect(await first).toEqual({ whileAnalyst: { text: 'hello' } });
    await happen(host, user, role);
    const end = next(answers);
    await publish(host, 'secret');
    expect(await end).toBe('completed');
    expect(host.app.get(Notes).open).toBe(0);
  });

  test('a client that leaves ends a subscription that waits', async () => {
    const host = await start();
    const { ada } = await two(host);
    const socket = connect(host, { token: ada });
    const answers = socket.open('subscription { whileLoggedIn { text } }');
    void next(answers);
    await listening(host);
    await socket.close();
    for (let waits = 0; host.app.get(Notes).open > 0 && waits < 100; waits++) {
      await new Promise((done) => setTimeout(done, 10));
    }
    expect(host.app.get(Notes).open).toBe(0);
  });

  test('protectAll guards subscriptions, and @Public() opens one', async () => {
    const host = await start({ protectAll: true });
    const socket = connect(host);
    expect(outcome(await socket.first('{ plain }'))).toEqual(['UNAUTHENTICATED']);
    expect(outcome(await socket.first('subscription { unguarded { text } }'))).toEqual(['UNAUTHENTICATED']);
    const answers = socket.open('subscription { open { text reader } }');
    const first = next(answers);
    await listening(host);
    await publish(host, 'hello');
    expect(await first).toEqual({ open: { text: 'hello', reader: 'nobody' } });
  });
});
