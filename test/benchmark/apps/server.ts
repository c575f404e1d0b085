import 'reflect-metadata';
import type { INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';

interface Application {
  AppModule: Type;
  /** Adds the one user; returns the headers of a request of theirs. */
  seed: (app: INestApplication) => Promise<Record<string, string>>;
}

/** Serves one application on one adapter for as long as its parent lives: `server.js strategies fastify database`. */
const [name, adapter] = process.argv.slice(2);
const { AppModule, seed } = (await import(`./${name}.app.js`)) as Application;
const app = await NestFactory.create(
  AppModule,
  adapter === 'fastify' ? new FastifyAdapter() : new ExpressAdapter(),
  { logger: ['error', 'warn'] },
);
await app.listen(0, '127.0.0.1');

process.on('disconnect', () => process.exit());
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.send?.({ url: await app.getUrl(), headers: await seed(app) });
