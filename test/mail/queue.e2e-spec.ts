import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConnectionOptions, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { MailTransport } from 'nestjs-users/mail';
import { blocksOf } from '../house/examples/blocks.js';
import { evaluate } from '../house/examples/evaluate.js';
import { read } from '../house/files.js';
import { leaveOut, onEachAdapter } from '../support/host.js';
import { Mailbox, tokenOf } from '../support/mailbox.js';
import { mailing, PUBLIC_URL } from '../support/mailing-hosts.js';
import { isRedisUnderTest } from '../support/redis.js';

const URL = process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379';

/** The files of docs/mail.md, as they stand there. */
interface MailQueue {
  queueTransport: (
    name: string,
    connection: ConnectionOptions,
    key: Buffer,
  ) => MailTransport & { close: () => Promise<void> };
  mailWorker: (name: string, connection: ConnectionOptions, key: Buffer, smtpUrl: string) => Worker;
}

async function filesOfThePage(): Promise<MailQueue> {
  const blocks = blocksOf('docs/mail.md', read('docs/mail.md'));
  const known = {};
  for (const part of ['createCipheriv', 'new Queue']) {
    const block = blocks.find(({ code }) => code.includes(part));
    if (block) Object.assign(known, await evaluate(block, known));
  }
  return known as MailQueue;
}

async function until(what: () => unknown): Promise<void> {
  for (let waits = 0; !(await what()) && waits < 300; waits++) await delay(50);
}

if (!isRedisUnderTest) leaveOut('redis');
else {
  onEachAdapter('sqlite', (boot) => {
    test('a queue on Redis keeps sealed mails, tries again, and keeps nothing of what was sent', async () => {
      const name = `mails-${randomUUID()}`;
      const key = randomBytes(32);
      const connection = { url: URL, maxRetriesPerRequest: null };
      const redis = new Redis(URL);
      const { queueTransport, mailWorker } = await filesOfThePage();
      let refusals = 1;
      const mailbox = await Mailbox.open({
        onMailFrom(_address, _session, done) {
          refusals -= 1;
          if (refusals < 0) done();
          else done(Object.assign(new Error('not now'), { responseCode: 451 }));
        },
      });
      const transport = queueTransport(name, connection, key);
      const dump = async () => {
        const keys = await redis.keys(`bull:${name}:*`);
        const values = await Promise.all(
          keys.map(async (each) => ((await redis.type(each)) === 'hash' ? redis.hgetall(each) : each)),
        );
        return JSON.stringify(values);
      };
      try {
        const host = await boot(mailing(transport));
        await host.addUser();
        await host.api.post('/auth/forgot-password', { email: 'ada@example.com' }).expect(202);
        await host.settled();
        const waiting = await dump();
        expect(waiting).toContain('sealed');
        expect(waiting).not.toMatch(/eyJ|ada@example|token=/);

        const worker = mailWorker(name, connection, key, mailbox.url);
        await until(async () => /451/.test(await dump()));
        expect(await dump()).not.toMatch(/eyJ|ada@example|token=/);
        await until(() => mailbox.mails.length > 0);
        const token = tokenOf(mailbox.last('ada@example.com'), PUBLIC_URL);
        host.scan.plant(token);
        await host.api.post('/auth/reset-password', { token, password: 'another horse battery' }).expect(200);
        await until(async () => !/sealed/.test(await dump()));
        expect(await dump()).not.toContain('sealed');
        await worker.close();
      } finally {
        await transport.close();
        await mailbox.close();
        for (const each of await redis.keys(`bull:${name}:*`)) await redis.del(each);
        redis.disconnect();
      }
    });
  });
}
