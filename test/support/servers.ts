import { type ChildProcess, execFile, spawn, spawnSync, type StdioOptions } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { chownSync, closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';

/** A server on a free port of 127.0.0.1 that belongs to one test. */
export interface OwnServer {
  readonly port: number;
  readonly url: string;
  /** Stands still with all its connections open. */
  freeze(): void;
  thaw(): void;
  /** Ends without a word, as in a power cut. */
  kill(): Promise<void>;
  /** Starts again on its port: PostgreSQL with its data, Redis, which stores none, empty. */
  restart(): Promise<void>;
  /** Ends for good and leaves nothing behind. */
  stop(): Promise<void>;
}

export async function startRedis(): Promise<OwnServer> {
  const program = findProgram('redis-server');
  const port = await freePort();
  const directory = temporaryDirectory();
  const args = ['--port', `${port}`, '--bind', HOST, '--save', '', '--appendonly', 'no', '--dir', directory];
  const recipe = { program, args, directory, answers: () => succeeds(ping(port)) };
  const server = new ServerProcess(port, `redis://${HOST}:${port}`, recipe);
  return started(server, () => server.restart());
}

export async function startPostgres(): Promise<OwnServer> {
  const [initdb, program] = [findProgram('initdb'), findProgram('postgres')];
  const port = await freePort();
  const owner = unprivilegedUser();
  const directory = temporaryDirectory(owner);
  const data = ['-D', join(directory, 'data')];
  const cluster = [...data, '--auth=trust', '-U', 'postgres', '--no-sync', '--locale=C', '--encoding=UTF8'];
  const settings = ['fsync=off', `listen_addresses=${HOST}`, 'unix_socket_directories='];
  const args = [...data, '-p', `${port}`, ...settings.flatMap((setting) => ['-c', setting])];
  const url = `postgres://postgres@${HOST}:${port}`;
  const answers = () => succeeds(query(`${url}/postgres`, 'SELECT 1'));
  const server = new ServerProcess(port, `${url}/test`, { program, args, directory, owner, answers });
  return started(server, async () => {
    await promisify(execFile)(initdb, cluster, { ...owner, cwd: directory });
    await server.restart();
    await query(`${url}/postgres`, 'CREATE DATABASE test');
  });
}

const HOST = '127.0.0.1';
const PATIENCE_MS = 10_000;
const DEBIAN_POSTGRES = '/usr/lib/postgresql';

/**
 * Sees to it that no server outlives the run: Jest hands tests a copy of `process` that never hears of 'exit', and
 * kills its workers. The guard reads which process is the server; where its input ends, the run has ended.
 */
const GUARD = `
while read -r line; do pid=$line; done
if [ "$pid" ]; then kill -STOP "$pid"; kill -KILL $(ps -o pid= --ppid "$pid") "$pid"; sleep 0.2; fi
rm -rf "$0"`;

interface Owner {
  uid?: number;
  gid?: number;
}

interface Recipe {
  program: string;
  args: string[];
  directory: string;
  owner?: Owner;
  answers: () => Promise<boolean>;
}

class ServerProcess implements OwnServer {
  private readonly guard: Socket;
  private main?: ChildProcess;

  constructor(
    readonly port: number,
    readonly url: string,
    private readonly recipe: Recipe,
  ) {
    this.guard = startGuard(recipe.directory);
  }

  freeze(): void {
    // The main process first: what stands still starts no backend behind our back.
    signal(this.pids.slice(0, 1), 'SIGSTOP');
    signal(this.pids, 'SIGSTOP');
  }

  thaw(): void {
    signal(this.pids, 'SIGCONT');
  }

  async kill(): Promise<void> {
    this.freeze();
    const pids = this.pids;
    signal(pids, 'SIGKILL');
    // PostgreSQL does not start again beside a backend of its former life.
    const gone = await until(() => this.hasEnded && !areAnyAlive(pids));
    if (!gone) throw new Error(`${this.recipe.program} survived SIGKILL.`);
  }

  async restart(): Promise<void> {
    await this.kill();
    this.main = this.launch();
    const ready = await until(async () => this.hasEnded || (await this.recipe.answers()));
    if (ready && !this.hasEnded) return;
    throw new Error(`${this.recipe.program} does not start:\n${readFileSync(this.log, 'utf8')}`);
  }

  async stop(): Promise<void> {
    this.thaw();
    // PostgreSQL that is killed leaves shared memory behind.
    signal(this.pids.slice(0, 1), 'SIGINT');
    if (!(await until(() => this.hasEnded))) await this.kill();
    this.guard.end();
    await rm(this.recipe.directory, { recursive: true, force: true });
  }

  private launch(): ChildProcess {
    const { program, args, directory, owner } = this.recipe;
    // A file, as a pipe would keep Jest alive.
    const log = openSync(this.log, 'a');
    const stdio: StdioOptions = ['ignore', log, log];
    const main = spawn(program, args, { ...owner, cwd: directory, detached: true, stdio });
    closeSync(log);
    main.unref();
    main.once('exit', () => this.guard.write('\n'));
    this.guard.write(`${main.pid}\n`);
    return main;
  }

  private get log(): string {
    return join(this.recipe.directory, 'log');
  }

  private get hasEnded(): boolean {
    return !this.main || this.main.exitCode !== null || this.main.signalCode !== null;
  }

  /** Of the main process and its children, each of which leads a process group of its own in PostgreSQL. */
  private get pids(): number[] {
    const main = this.main?.pid;
    if (main === undefined || this.hasEnded) return [];
    return [main, ...ps('pid', '--ppid', `${main}`).map(Number)];
  }
}

function startGuard(directory: string): Socket {
  const stdio: StdioOptions = ['pipe', 'ignore', 'ignore'];
  const guard = spawn('sh', ['-c', GUARD, directory], { detached: true, stdio });
  guard.unref();
  const input = guard.stdin as Socket;
  input.unref();
  return input;
}

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

function signal(pids: number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended meanwhile.
    }
  }
}

function areAnyAlive(pids: number[]): boolean {
  return ps('stat', '-p', pids.join(',')).some((state) => !state.startsWith('Z'));
}

function ps(column: string, ...selection: string[]): string[] {
  const { stdout } = spawnSync('ps', ['-o', `${column}=`, ...selection], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => line.trim() || []);
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    if (await isTrue()) return true;
    await delay(20);
  }
  return false;
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
