import type { DataSourceOptions } from 'typeorm';
import { databaseOptions } from './database.js';

export interface Configuration {
  port: number;
  database: DataSourceOptions;
  secret: string;
  /** The file that gets the mails; without one they are printed. */
  outbox?: string;
  superuser?: { email: string; password: string };
  adapter: 'express' | 'fastify';
  requireVerification: boolean;
  /** FastAPI Users has no limits; without them anybody may guess for ever. */
  hasLimits: boolean;
}

type Environment = Record<string, string | undefined>;

/** @throws an Error whose message is one sentence for whoever starts the application */
export function readConfiguration(env: Environment): Configuration {
  return {
    port: portOf(env.PORT ?? '8000'),
    database: databaseOptions(env.DATABASE_URL ?? 'sqlite::memory:'),
    secret: required(env, 'USERS_SECRET', 'at least 32 random bytes'),
    outbox: env.OUTBOX || undefined,
    superuser: superuserOf(env),
    adapter: oneOf(env, 'ADAPTER', ['express', 'fastify']),
    requireVerification: oneOf(env, 'REQUIRE_VERIFICATION', ['false', 'true']) === 'true',
    hasLimits: oneOf(env, 'LIMITS', ['on', 'off']) === 'on',
  };
}

/** One of these values; the first where nothing is set. */
function oneOf<Value extends string>(env: Environment, name: string, values: [Value, ...Value[]]): Value {
  const given = env[name] ?? values[0];
  const value = values.find((each) => each === given);
  if (value === undefined) throw new Error(`${name} must be ${values.join(' or ')}, not "${given}".`);
  return value;
}

function required(env: Environment, name: string, what: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} must be set: ${what}.`);
  return value;
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Error(`PORT must be a number up to 65535, not "${text}".`);
}

function superuserOf(env: Environment): Configuration['superuser'] {
  if (!env.SUPERUSER_EMAIL && !env.SUPERUSER_PASSWORD) return undefined;
  return {
    email: required(env, 'SUPERUSER_EMAIL', 'SUPERUSER_PASSWORD needs it'),
    password: required(env, 'SUPERUSER_PASSWORD', 'SUPERUSER_EMAIL needs it'),
  };
}
