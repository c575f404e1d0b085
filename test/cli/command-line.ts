import { transformSync } from '@swc/core';
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { filesIn, read, ROOT } from '../house/files.js';

/** What a command did. */
export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

const HOSTS = join(ROOT, '.tmp/cli');

/** An application that is installed with this library in a folder of its own, and its command line. */
export class CommandLine {
  readonly env: NodeJS.ProcessEnv;
  private worker: Promise<ChildProcess> | undefined;

  private constructor(
    readonly folder: string,
    readonly options: DataSourceOptions,
  ) {
    this.env = {
      ...process.env,
      ...{ NODE_OPTIONS: '', NO_COLOR: '1', DATABASE: JSON.stringify(options) },
      SECRET: randomBytes(48).toString('base64'),
    };
  }

  /** @param database where the tables are; default: a file of SQLite in the folder */
  static async install(kind: 'esm' | 'cjs' = 'esm', database?: DataSourceOptions): Promise<CommandLine> {
    mkdirSync(HOSTS, { recursive: true });
    const folder = mkdtempSync(join(HOSTS, `${kind}-`));
    cpSync(library(), join(folder, 'node_modules/nestjs-users'), { recursive: true });
    const type = kind === 'esm' ? 'module' : 'commonjs';
    put(join(folder, 'package.json'), JSON.stringify({ private: true, type }));
    const source = readFileSync(join(import.meta.dirname, 'host/app.module.ts'), 'utf8');
    put(join(folder, 'dist/app.module.js'), compiled(source, kind === 'esm' ? 'es6' : 'commonjs'));
    const options = database ?? { type: 'better-sqlite3', database: join(folder, 'app.sqlite') };
    const line = new CommandLine(folder, options);
    await line.synchronize();
    return line;
  }

  /** Runs a command in a process that has run others, as this is much cheaper. The environment is that of the first one. */
  async run(args: readonly string[], { input = '' }: { input?: string | Buffer } = {}): Promise<Ran> {
    const worker = await (this.worker ??= this.startWorker());
    const answer = once(worker, 'message');
    worker.send({ args, input: Buffer.from(input).toString('latin1') });
    const [ran] = (await answer) as [Ran];
    return ran;
  }

  /** Runs a command in a process of its own, without a terminal. */
  runAlone(
    args: readonly string[],
    { input = '', env = {} }: { input?: string | Buffer; env?: object } = {},
  ): Promise<Ran> {
    const child = this.start(args, env);
    child.stdin?.end(input);
    return ended(child);
  }

  start(args: readonly string[], env: object = {}): ChildProcess {
    return spawn(process.execPath, [this.cli, ...args], { cwd: this.folder, env: { ...this.env, ...env } });
  }

  /** Runs a command in a process of its own, whose results go to a disk without room. */
  toFullDisk(args: readonly string[]): Promise<Ran> {
    const full = openSync('/dev/full', 'w');
    const options = { cwd: this.folder, env: this.env, stdio: ['ignore', full, 'pipe'] as const };
    return ended(spawn(process.execPath, [this.cli, ...args], { ...options, stdio: [...options.stdio] }));
  }

  /** Runs a command on a pseudo-terminal. */
  onTerminal(args: readonly string[]): Terminal {
    const words = [process.execPath, this.cli, ...args].map((word) => `'${word}'`).join(' ');
    const options = { cwd: this.folder, env: { ...this.env, TERM: 'xterm' } };
    // `script` of util-linux runs a command on a terminal of its own, and ends with its exit code.
    return new Terminal(spawn('script', ['-qefc', `stty cols 100 rows 30; ${words}`, '/dev/null'], options));
  }

  /** The result of a statement. */
  async query<T = Record<string, unknown>>(sql: string): Promise<T[]> {
    const source = await new DataSource(this.options).initialize();
    const { schema } = this.options as { schema?: string };
    try {
      if (schema !== undefined) await source.query(`SET search_path TO ${schema}`);
      return (await source.query(sql)) as T[];
    } finally {
      await source.destroy();
    }
  }

  file(name: string, content: string | Buffer): string {
    writeFileSync(join(this.folder, name), content);
    return name;
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  async remove(): Promise<void> {
    (await this.worker)?.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get cli(): string {
    return join(this.folder, 'node_modules/nestjs-users/dist/cli.js');
  }

  private async startWorker(): Promise<ChildProcess> {
    const main = join(this.folder, 'node_modules/nestjs-users/dist/cli/main.js');
    const options = { cwd: this.folder, env: { ...this.env } };
    const worker = fork(join(import.meta.dirname, 'in-one-process.mjs'), [main], options);
    await once(worker, 'message');
    return worker;
  }

  private async synchronize(): Promise<void> {
    const env = { DATABASE: JSON.stringify({ ...this.options, synchronize: true }) };
    const { code, err } = await this.runAlone(['list-users'], { env });
    if (code !== 0) throw new Error(`The tables cannot be made: ${err}`);
  }
}

/** What a person sees and types. */
export class Terminal {
  private readonly ending: Promise<Ran>;
  screen = '';
  private seen = 0;

  constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (text: Buffer) => (this.screen += text.toString()));
    this.ending = ended(child);
  }

  /** Waits for a text behind those that were waited for, and then types. */
  async type(after: string, keys: string): Promise<void> {
    while (!this.screen.includes(after, this.seen)) {
      if (this.child.exitCode !== null) throw new Error(`It ended before ${after}:\n${this.screen}`);
      await setTimeout(20);
    }
    this.seen = this.screen.indexOf(after, this.seen) + after.length;
    await setTimeout(100);
    this.child.stdin?.write(keys);
  }

  end(): Promise<Ran> {
    return this.ending;
  }
}

/** What a child process did, when it has ended. */
export async function ended(child: ChildProcess): Promise<Ran> {
  const printed = { out: '', err: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (printed.out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (printed.err += text));
  const code = await new Promise<number | null>((resolve) => void child.on('close', resolve));
  return { code, ...printed };
}

let compiledLibrary: string | undefined;
afterAll(() => compiledLibrary && rmSync(compiledLibrary, { recursive: true, force: true }));

/** The folder of the compiled library, which is compiled once for a suite. */
function library(): string {
  if (compiledLibrary !== undefined) return compiledLibrary;
  const folder = mkdtempSync(join(HOSTS, 'library-'));
  for (const file of filesIn('lib', '.ts')) {
    const to = file.replace(/^lib/, 'dist').replace(/\.ts$/, '.js');
    if (!file.endsWith('.d.ts')) put(join(folder, to), compiled(read(file), 'es6'));
  }
  put(join(folder, 'package.json'), read('package.json'));
  return (compiledLibrary = folder);
}

function put(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

const compiled = (code: string, type: 'es6' | 'commonjs'): string =>
  transformSync(code, {
    jsc: {
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
      target: 'es2022',
    },
    module: { type },
  }).code;
