import {
  type ArgumentsHost,
  Controller,
  type INestApplication,
  Inject,
  Injectable,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { ExternalContextCreator } from '@nestjs/core';
import {
  type ClientProxy,
  ClientProxyFactory,
  MessagePattern,
  type MicroserviceOptions,
  Payload,
  Transport,
} from '@nestjs/microservices';
import {
  Authenticated,
  bearer,
  type BaseUser,
  cookie,
  CurrentIdentity,
  CurrentUser,
  type HeadersOf,
  type Identity,
  jwt,
  Public,
  RolesAccepted,
  Superuser,
  UsersErrorsInterceptor,
  UsersService,
} from 'nestjs-users';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { lastValueFrom } from 'rxjs';
import { type HostOptions, onEachAdapter, PASSWORD } from '../support/host.js';
import { Member, Role, type User } from '../support/users.js';

@Controller()
class MessagesController {
  constructor(@Inject(UsersService) private readonly users: UsersService) {}

  @MessagePattern('public')
  @Public()
  public(@CurrentUser() user?: User): string {
    return user?.email ?? 'nobody';
  }

  @MessagePattern('plain')
  plain(@CurrentUser() user?: User): string {
    return user?.email ?? 'nobody';
  }

  @MessagePattern('me')
  @UseGuards(Authenticated())
  me(@CurrentUser() user: User, @CurrentIdentity() { backend }: Identity, @Payload() data: object): string {
    return `${user.email} by ${backend.name} with ${Object.keys(data).join()}`;
  }

  @MessagePattern('perhaps')
  @UseGuards(Authenticated({ optional: true }))
  perhaps(@CurrentUser() user?: User): string {
    return user?.email ?? 'nobody';
  }

  @MessagePattern('root')
  @UseGuards(Authenticated(), Superuser())
  root(@CurrentUser() user: User): string {
    return user.email;
  }

  @MessagePattern('rename')
  @UseGuards(Authenticated())
  @UseInterceptors(UsersErrorsInterceptor)
  async rename(@CurrentUser() { id }: User, @Payload() { email }: { email: string }): Promise<string> {
    return (await this.users.updateUser(id, { email })).email;
  }

  @MessagePattern('report')
  @UseGuards(Authenticated(), RolesAccepted('analyst'))
  report(@CurrentUser() user: User): string {
    return user.email;
  }
}

/** The headers are a part of the message. */
const headersOf: HeadersOf = (host: ArgumentsHost) =>
  host.getType() === 'rpc'
    ? host.switchToRpc().getData<{ headers?: Record<string, string> }>().headers
    : undefined;

onEachAdapter('sqlite', (boot) => {
  const clients: ClientProxy[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) void client.close();
  });

  const start = async (options: HostOptions = {}) => {
    const port = await freePort();
    const host = await boot({
      ...{ user: Member, role: Role },
      ...options,
      host: { controllers: [MessagesController] },
      async prepare(app: INestApplication) {
        app.connectMicroservice<MicroserviceOptions>(
          { transport: Transport.TCP, options: { host: '127.0.0.1', port } },
          { inheritAppConfig: true },
        );
        await app.startAllMicroservices();
      },
    });
    const client = ClientProxyFactory.create({
      transport: Transport.TCP,
      options: { host: '127.0.0.1', port },
    });
    clients.push(client);
    const ask = (pattern: string, data: object = {}): Promise<unknown> =>
      lastValueFrom(client.send<unknown, object>(pattern, data)).catch((error: unknown) => error);
    return { host, ask };
  };
  const refusal = (statusCode: number, detail: string): unknown =>
    expect.objectContaining({ status: 'error', statusCode, detail });
  const withToken = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });

  test('guards and decorators work where the host says how to find the credential', async () => {
    const { host, ask } = await start({ headersOf });
    const ada = await host.login();
    const root = await host.login({ email: 'root@example.com', isSuperuser: true });
    expect(await ask('me')).toEqual({
      ...{ status: 'error', statusCode: 401, error: 'Unauthorized' },
      ...{ message: 'You are not logged in.', detail: 'Unauthorized' },
    });
    expect(await ask('me', withToken('nonsense'))).toEqual(refusal(401, 'Unauthorized'));
    expect(await ask('me', withToken(ada.token))).toBe('ada@example.com by jwt with headers');
    expect(await ask('perhaps', { headers: {} })).toBe('nobody');
    expect(await ask('perhaps', withToken(ada.token))).toBe('ada@example.com');
    expect(await ask('root', withToken(ada.token))).toEqual(refusal(403, 'Forbidden'));
    expect(await ask('report', withToken(ada.token))).toEqual(refusal(403, 'Forbidden'));
    expect(await ask('root', withToken(root.token))).toBe('root@example.com');
    expect(await ask('plain', withToken(ada.token))).toBe('nobody');
    expect(await host.queries.during(() => ask('root', withToken(root.token)))).toHaveLength(1);

    await ada.api.post('/auth/jwt/logout').expect(204);
    expect(await ask('me', withToken(ada.token))).toEqual(refusal(401, 'Unauthorized'));
  });

  test('errors of the services are those of HTTP', async () => {
    const { host, ask } = await start({ headersOf });
    const ada = await host.login();
    await host.addUser({ email: 'eve@example.com' });
    const rename = (email: unknown) => ask('rename', { ...withToken(ada.token), email });
    expect(await rename('eve@example.com')).toEqual(refusal(400, 'UPDATE_USER_EMAIL_ALREADY_EXISTS'));
    expect(await rename({ email: 'x' })).toMatchObject({ statusCode: 422 });
    expect(await rename('lovelace@example.com')).toBe('lovelace@example.com');
  });

  test('without it, guards refuse everybody, also where a login is optional, and the log says why, once', async () => {
    const { host, ask } = await start();
    const ada = await host.login();
    for (const pattern of ['me', 'perhaps', 'root', 'me']) {
      expect(await ask(pattern, withToken(ada.token))).toEqual(refusal(401, 'Unauthorized'));
    }
    const told = host.scan.logLines.filter((line) => line.includes('set headersOf'));
    expect(told).toHaveLength(3);
    expect(told[0]).toContain(
      'nestjs-users: a guard at MessagesController.me refuses everybody: it runs in a context of the type rpc; set headersOf, a function that returns the headers with the credential.',
    );
  });

  test('protectAll guards every message except public ones', async () => {
    const { host, ask } = await start({ headersOf, protectAll: true });
    const ada = await host.login();
    expect(await ask('public', withToken(ada.token))).toBe('nobody');
    expect(await ask('plain', { headers: {} })).toEqual(refusal(401, 'Unauthorized'));
    expect(await ask('plain', withToken(ada.token))).toBe('ada@example.com');
  });

  test('a message with the logins of two users is nobody’s', async () => {
    const { host, ask } = await start({
      headersOf,
      backends: [
        { name: 'app', transport: bearer(), strategy: jwt() },
        { name: 'web', transport: cookie(), strategy: jwt() },
      ],
    });
    await host.addUser();
    await host.addUser({ email: 'eve@example.com' });
    const token = await host.api.login('ada@example.com', PASSWORD, 'app');
    const { headers } = await host.api.loggedIn('eve@example.com', PASSWORD, 'web');
    expect(await ask('me', { headers: { ...headers } })).toBe('eve@example.com by web with headers');
    const both = { headers: { ...headers, authorization: `Bearer ${token}` } };
    expect(await ask('me', both)).toEqual(refusal(401, 'Unauthorized'));
    expect(await ask('perhaps', both)).toBe('nobody');
  });

  test('a message for which headersOf fails is nobody’s; the log says so once, and the client is not told', async () => {
    const { host, ask } = await start({
      headersOf: () => {
        throw new Error('no secrets_of_host here');
      },
    });
    expect(await ask('perhaps')).toBe('nobody');
    for (let count = 0; count < 3; count++) {
      expect(JSON.stringify(await ask('me'))).not.toContain('secrets_of_host');
    }
    const told = host.scan.logLines.filter((line) => line.includes('secrets_of_host'));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('nestjs-users: headersOf failed, so a message has no credential: Error:');
  });

  test('headersOf that is no function stops the boot', async () => {
    await expect(start({ headersOf: 'authorization' as never })).rejects.toThrow(
      'nestjs-users: headersOf must be a function that returns headers.',
    );
  });

  test('in a context of an unknown kind, a guard refuses, unless headersOf knows the credential', async () => {
    @Injectable()
    class Commands {
      @UseGuards(Authenticated({ optional: true }))
      run(): string {
        return 'done';
      }
    }
    const knows: HeadersOf = (host) =>
      host.getType<string>() === 'command'
        ? host.getArgByIndex<{ headers: Record<string, string> }>(0).headers
        : undefined;
    for (const own of [undefined, knows]) {
      const host = await boot({
        ...(own && { headersOf: own }),
        host: { providers: [Commands] },
      });
      const ada: { user: BaseUser; token: string } = await host.login();
      const commands = host.app.get(Commands);
      const contexts = host.app.get(ExternalContextCreator);
      const run = contexts.create(
        commands,
        Reflect.get(Commands.prototype, 'run'),
        'run',
        undefined,
        undefined,
        undefined,
        undefined,
        undefined,
        'command' as never,
      );
      const outcome: unknown = await (run as (...args: unknown[]) => Promise<unknown>)(
        withToken(ada.token),
      ).catch((error: unknown) => error);
      if (own) expect(outcome).toBe('done');
      else expect(outcome).toMatchObject({ message: 'You are not logged in.' });
    }
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
