import { transformFile } from '@swc/core';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { DataSourceOptions } from 'typeorm';
import type { Adapter } from './host.js';
import type { ServiceName } from './process-services.js';

const ROOT = resolve(import.meta.dirname, '../..');
const TARGET = join(ROOT, '.tmp/processes', process.env['JEST_WORKER_ID'] ?? '1');

/** What a process of its own serves: every strategy that there is. */
export interface ProcessOptions {
  adapter: Adapter;
  database: DataSourceOptions;
  timeZone: string;
  /** Whether there is a session entity. */
  keepsSessions: boolean;
  /** The prefix of its keys in Redis; without one there is no `redisStrategy()` backend. */
  redisPrefix?: string;
  /** An OpenID Connect provider to log in by, as the client `acme`. */
  provider?: { issuer: string; clientId: string; clientSecret: string };
  /** Every feature, for members with sessions, roles and accounts, and no limits. */
  isWhole?: boolean;
  /** Whether passwords are hashed at the costs of a host that sets none. */
  hashesForReal?: boolean;
  /** What the host's service is like; see `process-services.ts`. */
  service?: ServiceName;
  /** Further flags of node. */
  flags?: readonly string[];
}

/** An application in a process of its own. */
export interface OwnProcess {
  url: string;
  kill: () => void;
  terminate: () => void;
  /** The addresses that the `slow-mail` service has mailed to. */
  mailed: string[];
  /** With which code or signal it ended. */
  ended: Promise<number | string>;
}

export async function startProcess(options: ProcessOptions): Promise<OwnProcess> {
  await compile();
  const child = fork(join(TARGET, 'test/support/process.app.js'), [JSON.stringify(options)], {
    execArgv: [...(options.flags ?? [])],
    env: { ...process.env, NODE_OPTIONS: '', TZ: options.timeZone },
  });
  const ended = once(child, 'exit').then(([code, signal]: (number | string)[]) => signal ?? code);
  const first = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  const [url] = first as [unknown];
  if (typeof url !== 'string') throw new Error(`The process ended with ${String(url)} before it listened.`);
  const mailed: string[] = [];
  child.on('message', (address: string) => mailed.push(address));
  return {
    url,
    kill: () => void child.kill('SIGKILL'),
    terminate: () => void child.kill('SIGTERM'),
    mailed,
    ended,
  };
}

let compiled: Promise<void> | undefined;

/** The library and the application as they are now; Jest's own transformed modules live in its process alone. */
function compile(): Promise<void> {
  return (compiled ??= compileAll());
}

async function compileFile(file: string): Promise<void> {
  const { code } = await transformFile(join(ROOT, file), {
    jsc: {
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
      target: 'es2022',
    },
    module: { type: 'es6' },
  });
  const to = join(TARGET, file.replace(/\.ts$/, '.js'));
  await mkdir(dirname(to), { recursive: true });
  await writeFile(to, code);
}

async function compileAll(): Promise<void> {
  await rm(TARGET, { recursive: true, force: true });
  const files = ['process.app', 'process-services', 'users', 'outbox', 'oauth2-entities'].map(
    (name) => `test/support/${name}.ts`,
  );
  const library = await readdir(join(ROOT, 'lib'), { recursive: true });
  files.push(...library.filter((file) => /(?<!\.d)\.ts$/.test(file)).map((file) => join('lib', file)));
  await Promise.all(files.map(compileFile));
  await mkdir(join(TARGET, 'node_modules'), { recursive: true });
  await symlink(join(TARGET, 'lib'), join(TARGET, 'node_modules/nestjs-users'));
  await writeFile(join(TARGET, 'package.json'), '{ "type": "module" }');
  await writeFile(
    join(TARGET, 'lib/package.json'),
    '{ "type": "module", "exports": { ".": "./index.js", "./oauth2": "./oauth2.js" } }',
  );
}
