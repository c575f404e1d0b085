import { type DynamicModule, Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import { bearer, cookie, database, jwt, keyValue, Public, UsersModule } from 'nestjs-users';
import { oauth2, oidc } from 'nestjs-users/oauth2';
import { createClient } from 'redis';
import { AppUsersService, Outbox } from './outbox.js';
import { OAuthAccount, OneTimeToken } from './oauth2-entities.js';
import type { ProcessOptions } from './processes.js';
import { Session, User } from './users.js';

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

@Module({ providers: [Outbox], controllers: [OutboxController], exports: [Outbox] })
class MailModule {}

async function createUsersModule(): Promise<DynamicModule> {
  const { redisPrefix: prefix, keepsSessions, provider } = options;
  const client = createClient({ url: process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379' });
  if (prefix !== undefined) await client.connect();
  return UsersModule.forRoot({
    secret: 'one secret for all processes of an application',
    requireVerification: false,
    entities: {
      user: User,
      ...(keepsSessions && { session: Session }),
      ...(provider && { oauthAccount: OAuthAccount, oneTimeToken: OneTimeToken }),
    },
    service: AppUsersService,
    imports: [MailModule],
    passwords: { argon2id: { memoryKibibytes: 64, passes: 1 } },
    ...(prefix !== undefined && { limits: { store: client, prefix: `${prefix}limit:` } }),
    backends: [
      { name: 'jwt', transport: bearer(), strategy: jwt() },
      ...(keepsSessions ? [{ name: 'database', transport: cookie(), strategy: database() }] : []),
      ...(prefix === undefined
        ? []
        : [{ name: 'key-value', transport: bearer(), strategy: keyValue({ client, prefix }) }]),
    ],
    ...{ auth: {}, registration: {}, passwordReset: {}, currentUser: {}, userManagement: {} },
    // The registrations of a test all come from one client.
    ...(provider && {
      limits: false,
      oauth2: oauth2({
        clients: [oidc({ name: 'acme', ...provider, allowInsecureRequests: true, trustEmail: true })],
        redirectUrl: 'http://localhost:3000',
      }),
    }),
  });
}

async function start(): Promise<void> {
  const entities = [
    User,
    ...(options.keepsSessions ? [Session] : []),
    ...(options.provider ? [OAuthAccount, OneTimeToken] : []),
  ];
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
  await app.listen(0, '127.0.0.1');
  process.send?.(await app.getUrl());
}

// Nothing outlives the run.
process.once('disconnect', () => process.exit());
void start();
