import { type DynamicModule, Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  bearer,
  cookie,
  database,
  jwt,
  redis as redisStrategy,
  Public,
  Superuser,
  UsersModule,
} from 'nestjs-users';
import { oauth2, oauth2Client, oidc } from 'nestjs-users/oauth2';
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createClient } from 'redis';
import { Outbox } from './outbox.js';
import { MemberOAuthAccount, OAuthAccount, OneTimeToken } from './oauth2-entities.js';
import { SERVICES } from './process-services.js';
import type { ProcessOptions } from './processes.js';
import { Member, MemberSession, Role, Session, User } from './users.js';

const options = JSON.parse(process.argv[2] ?? '{}') as ProcessOptions;

@Controller('outbox')
class OutboxController {
  constructor(readonly outbox: Outbox) {}

  @Get()
  @Public()
  mails() {
    return this.outbox.mails;
  }
}

/** Seconds of work since the start, whatever else the machine does: of the event loop's thread, and of all threads. */
function secondsOfWork() {
  const { user, system } = process.cpuUsage();
  // `man 5 proc`: after the name in parentheses, fields 14 and 15 are ticks of a hundredth of a second.
  const fields = readFileSync(`/proc/self/task/${process.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return { ofLoop: (Number(fields[11]) + Number(fields[12])) / 100, ofAll: (user + system) / 1e6 };
}

@Controller('event-loop')
class EventLoopController {
  private readonly delays = monitorEventLoopDelay({ resolution: 5 });

  private before = secondsOfWork();

  /** Which share of the work the event loop did since somebody asked last, and how many milliseconds it was late. */
  @Get()
  @Public()
  load() {
    const now = secondsOfWork();
    const share = (now.ofLoop - this.before.ofLoop) / (now.ofAll - this.before.ofAll);
    const p99 = this.delays.percentile(99) / 1e6 - 5;
    this.before = now;
    this.delays.enable();
    this.delays.reset();
    return { share, p99 };
  }
}

@Controller('memory')
class MemoryController {
  /** What is left once all that can be collected is. */
  @Get()
  @Public()
  async usage() {
    for (let turn = 0; turn < 3; turn++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { heapUsed, rss } = process.memoryUsage();
    return { heapUsed, rss, highestRss: process.resourceUsage().maxRSS * 1024 };
  }
}

@Module({
  providers: [Outbox],
  controllers: [OutboxController, MemoryController, EventLoopController],
  exports: [Outbox],
})
class MailModule {}

const ENTITIES = options.isWhole
  ? {
      user: Member,
      session: MemberSession,
      role: Role,
      oauthAccount: MemberOAuthAccount,
      oneTimeToken: OneTimeToken,
    }
  : {
      user: User,
      ...(options.keepsSessions && { session: Session }),
      ...(options.provider && { oauthAccount: OAuthAccount, oneTimeToken: OneTimeToken }),
    };

/** A provider whom nobody asks. */
const nowhere = oauth2Client({
  name: 'acme',
  clientId: 'an-application',
  authorizationUrl: 'https://id.example.com/authorize',
  tokenUrl: 'https://id.example.com/token',
  profile: () => ({ subject: 'nobody' }),
});

async function createUsersModule(): Promise<DynamicModule> {
  const { redisPrefix: prefix, keepsSessions, provider, isWhole } = options;
  const client = createClient({ url: process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379' });
  if (prefix !== undefined) await client.connect();
  return UsersModule.forRoot({
    secret: 'DprYQXt5zg6KGrBLXEWWc226sEDB2ksGlw3EvcEW74Qu',
    requireVerification: false,
    entities: ENTITIES,
    service: SERVICES[options.service ?? 'plain'],
    imports: [MailModule],
    ...(!options.hashesForReal && { passwords: { argon2id: { memoryKibibytes: 64, passes: 1 } } }),
    ...(prefix !== undefined && { limits: { redis: client, prefix: `${prefix}limit:` } }),
    backends: [
      { name: 'jwt', transport: bearer(), strategy: jwt() },
      ...(keepsSessions ? [{ name: 'database', transport: cookie(), strategy: database() }] : []),
      ...(prefix === undefined
        ? []
        : [{ name: 'key-value', transport: bearer(), strategy: redisStrategy({ client, prefix }) }]),
    ],
    ...{ auth: {}, registration: {}, passwordReset: {}, currentUser: {}, userManagement: {} },
    ...(isWhole && {
      limits: false,
      verification: {},
      roleManagement: { guards: [Superuser()] },
      oauth2: oauth2({ clients: [nowhere], publicUrl: 'http://localhost:3000' }),
    }),
    // The registrations of a test all come from one client.
    ...(provider && {
      limits: false,
      oauth2: oauth2({
        clients: [oidc({ name: 'acme', ...provider, allowInsecureRequests: true, trustEmail: true })],
        publicUrl: 'http://localhost:3000',
      }),
    }),
  });
}

async function start(): Promise<void> {
  const entities = Object.values(ENTITIES);
  const module = {
    module: class ProcessModule {},
    imports: [
      TypeOrmModule.forRoot({ ...options.database, entities, synchronize: false }),
      await createUsersModule(),
    ],
  };
  const adapter = options.adapter === 'express' ? new ExpressAdapter() : new FastifyAdapter();
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter as FastifyAdapter, {
    logger: false,
  });
  app.enableShutdownHooks();
  await app.listen(0, '127.0.0.1');
  process.send?.(await app.getUrl());
}

// Nothing outlives the run.
process.once('disconnect', () => process.exit());
void start();
