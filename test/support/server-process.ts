import { type ChildProcess, spawn, spawnSync, type StdioOptions } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

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

/** Whom the server runs as; nobody in particular where the run itself may. */
export interface Owner {
  uid?: number;
  gid?: number;
}

/** How to start a server, and to see that it has started. */
export interface Recipe {
  program: string;
  args: string[];
  directory: string;
  owner?: Owner;
  answers: () => Promise<boolean>;
}

/** A server that a test may do anything to. */
export class ServerProcess implements OwnServer {
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

const PATIENCE_MS = 10_000;

/**
 * Sees to it that no server outlives the run: Jest hands tests a copy of `process` that never hears of 'exit', and
 * kills its workers. The guard reads which process is the server; where its input ends, the run has ended.
 */
const GUARD = `
while read -r line; do pid=$line; done
if [ "$pid" ]; then kill -STOP "$pid"; kill -KILL $(ps -o pid= --ppid "$pid") "$pid"; sleep 0.2; fi
rm -rf "$0"`;

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
