import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { MailerOptions } from 'nestjs-users/mail';
import { type Host, onEachAdapter } from '../support/host.js';
import { Mailbox, tokenOf } from '../support/mailbox.js';
import { mailing, PUBLIC_URL } from '../support/mailing-hosts.js';

const ADA = { email: 'ada@example.com' };
const NOBODY = { email: 'nobody@example.com' };

/** Speaks SMTP badly. */
class BadServer {
  private readonly sockets = new Set<Socket>();
  received = '';

  static async open(speak: (socket: Socket, server: BadServer) => void): Promise<BadServer> {
    const server = createServer();
    const bad = new BadServer(server);
    server.on('connection', (socket) => {
      bad.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (data) => (bad.received += data.toString()));
      speak(socket, bad);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return bad;
  }

  private constructor(private readonly server: Server) {}

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** Takes the mail, and repeats all of it in its refusal, as a filter for spam may. */
function echo(socket: Socket, server: BadServer): void {
  socket.write('220 echo\r\n');
  let isData = false;
  socket.on('data', (data) => {
    const text = data.toString();
    if (isData) {
      if (!server.received.endsWith('\r\n.\r\n')) return;
      isData = false;
      const words = server.received.replaceAll(/=\r\n/g, '').replaceAll('=3D', '=').replaceAll(/\s+/g, ' ');
      socket.write(`554 spam: ${words}\r\n`);
      return;
    }
    if (/^DATA/i.test(text)) isData = true;
    socket.write(/^DATA/i.test(text) ? '354 go on\r\n' : '250 yes\r\n');
  });
}

const MISBEHAVIOURS: Record<string, (socket: Socket, server: BadServer) => void> = {
  'never greets': () => undefined,
  'greets with noise': (socket) => socket.write('\0'.repeat(5000)),
  'hangs up at once': (socket) => socket.destroy(),
  'refuses everybody': (socket) => socket.write('554 go away\r\n'),
  'repeats the mail in its refusal': echo,
  'stops in the middle': (socket) => {
    socket.write('220 slow\r\n');
    socket.once('data', () => socket.write('250 yes\r\n'));
  },
};

onEachAdapter('sqlite', (boot) => {
  const QUICK = { connectionTimeout: 300, greetingTimeout: 300, socketTimeout: 300 };

  /** The answers to a known and an unknown address, and what was logged. */
  async function askBoth(host: Host): Promise<string[]> {
    await host.addUser(ADA);
    const known = await host.api.post('/auth/forgot-password', ADA).expect(202);
    const unknown = await host.api.post('/auth/forgot-password', NOBODY).expect(202);
    expect(known.body).toEqual(unknown.body);
    expect(Object.keys(known.headers).sort()).toEqual(Object.keys(unknown.headers).sort());
    await host.settled();
    return host.scan.logLines.filter((line) => line.includes('sendPasswordResetToken failed'));
  }

  test.each(Object.entries(MISBEHAVIOURS))(
    'a server that %s: nothing tells, and the log has no mail',
    async (_, speak) => {
      const server = await BadServer.open(speak);
      try {
        const host = await boot(mailing({ url: server.url, ...QUICK, maxRequeues: 1 }));
        const logged = await askBoth(host);
        expect(logged).toEqual([
          expect.stringMatching(/MailNotSentError: The transport did not take the mail \(.+\)/),
        ]);
        assertNoContents(logged.join('\n'));
        await host.api.get('/users/me').expect(401);
      } finally {
        await server.close();
      }
    },
  );

  test('the log of a refusal says where and how, and the server did get the mail', async () => {
    const server = await BadServer.open(echo);
    try {
      const logged = await askBoth(await boot(mailing(server.url)));
      expect(server.received).toContain('Subject: Set a new password');
      expect(logged.join()).toContain('(EMESSAGE, DATA, 554)');
    } finally {
      await server.close();
    }
  });

  test('without a server the log says that', async () => {
    const server = await BadServer.open(() => undefined);
    const { url } = server;
    await server.close();
    const logged = await askBoth(await boot(mailing(url)));
    expect(logged.join()).toMatch(/\((ESOCKET|ECONNECTION), ECONNREFUSED, CONN\)/);
  });

  test.each<[string, unknown]>([
    ['an error with the mail in every field', 'error'],
    ['a text', 'text'],
    ['what cannot be read', 'hostile'],
    ['nothing', undefined],
  ])('a transport of the host that throws %s shows nothing of the mail', async (_, kind) => {
    const transport: MailerOptions['transport'] = {
      sendMail(message) {
        const words = JSON.stringify(message);
        // oxlint-disable-next-line typescript/only-throw-error -- what a transport throws may be anything
        if (kind === 'text' || kind === undefined) throw kind && words;
        if (kind === 'error')
          throw Object.assign(new Error(words), { code: words, name: words, command: words, cause: message });
        throw new Proxy(new Error('x'), {
          get: () => {
            throw new Error(words);
          },
        });
      },
    };
    const logged = await askBoth(await boot(mailing(transport)));
    expect(logged).toHaveLength(1);
    assertNoContents(logged.join());
  });

  function assertNoContents(log: string): void {
    expect(log).not.toMatch(/eyJ|token=|Set a new password|ada@example|<html|shop\.example/);
  }

  test('mails go over a few connections, which end with the application', async () => {
    const mailbox = await Mailbox.open();
    try {
      const host = await boot(mailing(mailbox.url));
      const emails = Array.from({ length: 20 }, (_, index) => `user${index}@example.com`);
      for (const email of emails) await host.addUser({ email });
      for (const email of emails) await host.api.post('/auth/forgot-password', { email }).expect(202);
      await host.settled();
      expect(mailbox.mails.map(({ recipients }) => recipients[0]).sort()).toEqual(emails.sort());
      expect(mailbox.connections).toBeLessThanOrEqual(5);
      await host.app.close();
      for (let waits = 0; mailbox.openConnections > 0 && waits < 100; waits++) await delay(20);
      expect(mailbox.openConnections).toBe(0);
    } finally {
      await mailbox.close();
    }
  });

  test('a shutdown lets mails leave that are under way', async () => {
    const slow = await Mailbox.open({ onMailFrom: (_address, _session, done) => void setTimeout(done, 300) });
    try {
      const host = await boot(mailing(slow.url));
      await host.addUser(ADA);
      await host.api.post('/auth/forgot-password', ADA).expect(202);
      await host.app.close();
      expect(slow.mails).toHaveLength(1);
      host.scan.plant(tokenOf(slow.last(), PUBLIC_URL));
    } finally {
      await slow.close();
    }
  });

  test('TLS and the password are the transport’s, and no print shows them', async () => {
    const seen: unknown[] = [];
    const mailbox = await Mailbox.open({
      secure: true,
      authOptional: false,
      onAuth({ method, username, password }, { secure }, done) {
        seen.push([method, username, password, secure]);
        done(null, { user: username });
      },
    });
    try {
      const url = `smtps://shop:planted%20secret@127.0.0.1:${mailbox.port}?tls.rejectUnauthorized=false`;
      const host = await boot(mailing(url));
      host.scan.plant('planted secret');
      expect(await askBoth(host)).toEqual([]);
      expect(seen).toEqual([['PLAIN', 'shop', 'planted secret', true]]);
      expect(mailbox.mails).toHaveLength(1);
    } finally {
      await mailbox.close();
    }
  });

  test('STARTTLS that the host requires is not left out', async () => {
    const withTls = await Mailbox.open({ disabledCommands: [] });
    const without = await Mailbox.open({ disabledCommands: ['STARTTLS'] });
    const options = (port: number) => ({
      ...{ host: '127.0.0.1', port, requireTLS: true },
      tls: { rejectUnauthorized: false },
    });
    try {
      expect(await askBoth(await boot(mailing(options(withTls.port))))).toEqual([]);
      expect(await askBoth(await boot(mailing(options(without.port))))).toEqual([
        expect.stringContaining('ETLS'),
      ]);
      expect([withTls.mails.length, without.mails.length]).toEqual([1, 0]);
    } finally {
      await withTls.close();
      await without.close();
    }
  });
});
