import { ConsoleLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import type { Configuration } from './configuration.js';
import { forgetTypeOfNothing } from './empty-bodies.js';
import { readMultipartOnExpress, readMultipartOnFastify } from './multipart-forms.js';

// Until it runs, whatever stops it is told once, by whoever starts it.
const QUIET = { logger: false, abortOnError: false } as const;

export async function createApplication(configuration: Configuration) {
  const module = AppModule.for(configuration);
  const app = configuration.adapter === 'fastify' ? await onFastify(module) : await onExpress(module);
  // A signal closes the application in order, and then the process ends with code 0.
  app.enableShutdownHooks([], { useProcessExit: true });
  await app.init();
  // Levels alone would not do: `logger: false` has left no logger that could have them.
  app.useLogger(new ConsoleLogger({ logLevels: ['error', 'warn'] }));
  return app;
}

async function onExpress(module: ReturnType<typeof AppModule.for>) {
  const app = await NestFactory.create<NestExpressApplication>(module, QUIET);
  readMultipartOnExpress(app);
  return app;
}

async function onFastify(module: ReturnType<typeof AppModule.for>) {
  const app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), QUIET);
  readMultipartOnFastify(app);
  forgetTypeOfNothing(app);
  return app;
}
