import 'reflect-metadata';
import { Module, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { type BaseUser, ConfigurationError, UsersModule, UsersService } from 'nestjs-users';
import { SECRET } from './host.js';
import { User } from './users.js';

export class MailingService extends UsersService {
  override sendVerificationToken(): void {}
  override sendPasswordResetToken(): void {}
  override sendRegistrationAttempt(): void {}
}

/** Boots a host whose options are right but for what a test changes. */
export async function startModule(
  options: object,
  entities: Type[] = [],
  controllers: Type[] = [],
): Promise<void> {
  const { entities: own = { user: User } } = options as { entities?: Record<string, Type<BaseUser>> };
  const features = { registration: {}, auth: {}, verification: {} };
  const right = { secret: SECRET, entities: own, service: MailingService, ...features };

  @Module({
    imports: [
      TypeOrmModule.forRoot({
        type: 'better-sqlite3',
        database: ':memory:',
        entities: [...Object.values(own), ...entities].filter((entity) => typeof entity === 'function'),
        synchronize: true,
        retryAttempts: 0,
      }),
      UsersModule.forRoot({ ...right, ...options } as never),
    ],
    controllers,
  })
  class HostModule {}

  const app = (await Test.createTestingModule({ imports: [HostModule] }).compile()).createNestApplication();
  try {
    await app.init();
  } finally {
    await app.close();
  }
}

/** The sentence with which the boot stopped. */
export async function refusal(
  options: object,
  entities: Type[] = [],
  controllers: Type[] = [],
): Promise<string> {
  const outcome = await startModule(options, entities, controllers).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(ConfigurationError);
  return (outcome as ConfigurationError).message;
}
