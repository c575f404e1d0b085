import { ConsoleLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import type { Configuration } from './configuration.js';

// Until it runs, whatever stops it is told once, by whoever starts it.
const QUIET = { logger: false, abortOnError: false } as const;

export async function createApplication(configuration: Configuration) {
  const module = AppModule.for(configuration);
  const app =
    configuration.adapter === 'fastify'
      ? await NestFactory.create(module, new FastifyAdapter(), QUIET)
      : await NestFactory.create(module, QUIET);
  // A signal closes the application in order, and then the process ends with code 0.
  app.enableShutdownHooks([], { useProcessExit: true });
  await app.init();
  // Levels alone would not do: `logger: false` has left no logger that could have them.
  app.useLogger(new ConsoleLogger({ logLevels: ['error', 'warn'] }));
  return app;
}
