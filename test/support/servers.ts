import { execFile, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { chownSync, existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { type OwnServer, type Owner, ServerProcess } from './server-process.js';

export const startRedis = (): Promise<OwnServer> => redisServer(['--save', '', '--appendonly', 'no']);

/** A node of a cluster, which knows no other yet and has no slots. */
export async function startClusterNode(): Promise<OwnServer> {
  const busPort = await freePort();
  return redisServer(['--save', '', '--cluster-enabled', 'yes', '--cluster-port', `${busPort}`]);
}

/** A sentinel that knows the server at this port by a name. */
export function startSentinel(name: string, port: number): Promise<OwnServer> {
  const monitor = `sentinel monitor ${name} ${HOST} ${port} 1\n`;
  return redisServer(['--sentinel'], monitor);
}

/** @param file the settings file, which sentinels write to */
async function redisServer(settings: readonly string[], file?: string): Promise<OwnServer> {
  const program = findProgram('redis-server');
  const port = await freePort();
  const directory = temporaryDirectory();
  const path = join(directory, 'redis.conf');
  if (file !== undefined) writeFileSync(path, file);
  const own = ['--port', `${port}`, '--bind', HOST, '--dir', directory];
  const args = [...(file === undefined ? [] : [path]), ...own, ...settings];
  const recipe = { program, args, directory, answers: () => succeeds(ping(port)) };
  const server = new ServerProcess(port, `redis://${HOST}:${port}`, recipe);
  return started(server, () => server.restart());
}

/** @param more settings, beside those that a test's server needs */
export async function startPostgres(more: readonly string[] = []): Promise<OwnServer> {
  const [initdb, port] = [findProgram('initdb'), await freePort()];
  const owner = unprivilegedUser();
  const directory = temporaryDirectory(owner);
  const server = postgresServer(port, directory, owner, more);
  const cluster = ['-D', join(directory, 'data'), '--auth=trust', '-U', 'postgres', '--no-sync'];
  return started(server, async () => {
    await promisify(execFile)(initdb, [...cluster, '--locale=C', '--encoding=UTF8'], {
      ...owner,
      cwd: directory,
    });
    await server.restart();
    await query(`postgres://postgres@${HOST}:${port}/postgres`, 'CREATE DATABASE test');
  });
}

/** A streaming replica, to be read from, that is so many seconds behind the `primary`. */
export async function startStandby(primary: OwnServer, secondsBehind: number): Promise<OwnServer> {
  const [copy, port] = [findProgram('pg_basebackup'), await freePort()];
  const owner = unprivilegedUser();
  const directory = temporaryDirectory(owner);
  const source = `host=${HOST} port=${primary.port} user=postgres`;
  const settings = [`primary_conninfo=${source}`, `recovery_min_apply_delay=${secondsBehind}s`];
  const server = postgresServer(port, directory, owner, settings);
  const from = ['-d', source, '-D', join(directory, 'data'), '--checkpoint=fast', '--no-sync'];
  return started(server, async () => {
    await promisify(execFile)(copy, [...from, '--wal-method=stream'], { ...owner, cwd: directory });
    writeFileSync(join(directory, 'data', 'standby.signal'), '');
    await server.restart();
  });
}

function postgresServer(
  port: number,
  directory: string,
  owner: Owner,
  more: readonly string[],
): ServerProcess {
  const settings = ['fsync=off', `listen_addresses=${HOST}`, 'unix_socket_directories=', ...more];
  const args = ['-D', join(directory, 'data'), '-p', `${port}`];
  args.push(...settings.flatMap((setting) => ['-c', setting]));
  const url = `postgres://postgres@${HOST}:${port}`;
  const answers = () => succeeds(query(`${url}/postgres`, 'SELECT 1'));
  const recipe = { program: findProgram('postgres'), args, directory, owner, answers };
  return new ServerProcess(port, `${url}/test`, recipe);
}

const HOST = '127.0.0.1';
const DEBIAN_POSTGRES = '/usr/lib/postgresql';

async function started(server: OwnServer, start: () => Promise<void>): Promise<OwnServer> {
  try {
    await start();
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

function findProgram(name: string): string {
  const versions = existsSync(DEBIAN_POSTGRES) ? readdirSync(DEBIAN_POSTGRES) : [];
  const newestFirst = versions.sort((a, b) => Number(b) - Number(a));
  const directories = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...newestFirst.map((version) => join(DEBIAN_POSTGRES, version, 'bin')),
  ];
  const found = directories.map((directory) => join(directory, name)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`This test needs the program ${name}, which is not installed.`);
  return found;
}

/** PostgreSQL refuses to run as root. */
function unprivilegedUser(): Owner {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  if (uid?.status !== 0 || gid?.status !== 0)
    throw new Error('PostgreSQL does not run as root, and there is no user postgres to run it as.');
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

function temporaryDirectory({ uid, gid }: Owner = {}): string {
  const directory = mkdtempSync(join(tmpdir(), 'own-server-'));
  if (uid !== undefined && gid !== undefined) chownSync(directory, uid, gid);
  return directory;
}

/** Below the ports that systems give to outgoing connections: one of those could take it before a restart. */
async function freePort(): Promise<number> {
  const port = randomInt(20_000, 32_000);
  const isFree = await new Promise<boolean>((resolve) => {
    const probe = createServer().once('error', () => resolve(false));
    probe.listen(port, HOST, () => probe.close(() => resolve(true)));
  });
  return isFree ? port : freePort();
}

function succeeds(attempt: Promise<unknown>): Promise<boolean> {
  return attempt.then(
    () => true,
    () => false,
  );
}

function ping(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, HOST, () => socket.write('PING\r\n'));
    socket.setTimeout(1000, () => socket.destroy());
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('Redis did not answer.')));
    socket.once('data', (answer) => {
      if (answer.toString().startsWith('+PONG')) resolve();
      socket.destroy();
    });
  });
}

async function query(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 1000 });
  // Without a listener, a connection that breaks would end the whole run.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(statement);
  } finally {
    await client.end();
  }
}
