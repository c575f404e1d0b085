import { randomBytes } from 'node:crypto';
import type { DataSourceOptions } from 'typeorm';
import { databaseOptions } from './database.js';

export interface Configuration {
  port: number;
  adapter: 'express' | 'fastify';
  database: DataSourceOptions;
  secret: string;
}

type Environment = Record<string, string | undefined>;

/** @throws an Error whose message is one sentence for whoever starts the application */
export function readConfiguration(env: Environment): Configuration {
  return {
    port: portOf(env.PORT || '3000'),
    adapter: adapterOf(env.ADAPTER || 'express'),
    database: databaseOptions(env.DATABASE_URL || 'sqlite:shop.sqlite'),
    secret: env.USERS_SECRET || secretOfThisProcess(),
  };
}

/** For whoever only wants to try this. A real application refuses to start instead. */
function secretOfThisProcess(): string {
  console.log('USERS_SECRET is not set. This process made one of its own: logins end with it.');
  return randomBytes(48).toString('base64');
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port <= 65_535) return port;
  throw new Error(`PORT must be a number from 1 to 65535, not "${text}".`);
}

function adapterOf(text: string): Configuration['adapter'] {
  if (text === 'express' || text === 'fastify') return text;
  throw new Error(`ADAPTER must be express or fastify, not "${text}".`);
}
