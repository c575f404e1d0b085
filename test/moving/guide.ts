import { transformSync } from '@swc/core';
import { spawn } from 'node:child_process';
import type { INestApplication, Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersRepository, UsersService } from 'nestjs-users';
import { type ImportOptions, UsersCommands } from 'nestjs-users/commands';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import supertest from 'supertest';
import { ended } from '../cli/command-line.js';
import { type Block, blocksOf } from '../house/examples/blocks.js';
import { evaluate } from '../house/examples/evaluate.js';
import { read, ROOT } from '../house/files.js';

const PROJECTS = join(ROOT, '.tmp/moving');

/** A folder in which `nestjs-users/schemes` is installed, and in which the scripts of the pages run. */
export class Project {
  private constructor(private readonly folder: string) {}

  static make(): Project {
    mkdirSync(PROJECTS, { recursive: true });
    const project = new Project(mkdtempSync(join(PROJECTS, 'project-')));
    // Otherwise, the scripts would belong to the package of this repository.
    project.write('package.json', '{}');
    project.write('node_modules/nestjs-users/package.json', read('package.json'));
    project.install('schemes.ts', new Set());
    return project;
  }

  /** @returns the path of the file */
  write(name: string, content: string): string {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content);
    return this.path(name);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** The objects of a file of NDJSON. */
  lines(name: string): Record<string, unknown>[] {
    const lines = readFileSync(this.path(name), 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /**
   * Runs a script as `node convert.mjs`.
   * @returns what it warns of
   */
  async run(script: string, args: readonly string[] = []): Promise<string> {
    this.write('convert.mjs', script);
    const options = { cwd: this.folder, env: { ...process.env, NODE_OPTIONS: '' } };
    const { code, err } = await ended(spawn(process.execPath, ['convert.mjs', ...args], options));
    if (code !== 0) throw new Error(err);
    return err;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  /** Compiles a file of `lib`, and what it imports. */
  private install(file: string, done: Set<string>): void {
    if (done.has(file)) return;
    done.add(file);
    const { code } = transformSync(read(`lib/${file}`), {
      jsc: { parser: { syntax: 'typescript', decorators: true }, target: 'es2022' },
      module: { type: 'es6' },
    });
    this.write(`node_modules/nestjs-users/dist/${file.replace(/\.ts$/, '.js')}`, code);
    for (const [, target = ''] of code.matchAll(/ from '(\.[^']+)\.js'/g)) {
      this.install(join(dirname(file), `${target}.ts`), done);
    }
  }
}

/** What a page shows. */
export class Guide {
  private readonly blocks: readonly Block[];

  constructor(private readonly page: string) {
    this.blocks = blocksOf(page);
  }

  /** The code of the page's first block of a language. */
  code(language: string): string {
    return this.block(language).code;
  }

  /**
   * Starts an application with the entities and the options of the page, on SQLite.
   * @param edits what stands in the code in place of what each host has of its own
   */
  async host(edits: Readonly<Record<string, string>> = {}): Promise<MovedHost> {
    const block = this.block('ts');
    const code = Object.entries(edits).reduce((text, [from, to]) => replaced(text, from, to), block.code);
    const { User, Role, usersModule } = (await evaluate({ ...block, code }, {})) as Record<string, Type>;
    const testing = await Test.createTestingModule({
      imports: [
        TypeOrmModule.forRoot({
          type: 'better-sqlite3',
          database: ':memory:',
          entities: [User, Role] as Type[],
          synchronize: true,
        }),
        usersModule,
      ],
    }).compile();
    const app = testing.createNestApplication({ logger: false });
    await app.init();
    return new MovedHost(app);
  }

  private block(language: string): Block {
    const found = this.blocks.find((block) => block.language === language);
    if (found) return found;
    throw new Error(`${this.page} has no block of ${language}.`);
  }
}

/** An application to which users move. */
export class MovedHost {
  readonly commands: UsersCommands;
  readonly service: UsersService;

  constructor(private readonly app: INestApplication) {
    this.commands = new UsersCommands(app.get(ModuleRef));
    this.service = app.get(UsersService);
  }

  /** What an import did, in the words of the command line, after a dry run that says the same. */
  async import(file: string, options: ImportOptions = {}): Promise<string> {
    const refusals: string[] = [];
    const onRefused: ImportOptions['onRefused'] = ({ line, field, reason }) =>
      refusals.push(`Line ${line}: ${field} ${reason}`);
    const dry = await this.commands.importUsers(file, { ...options, dryRun: true });
    const { created, skipped, refused } = await this.commands.importUsers(file, { ...options, onRefused });
    const isSame = dry.created === created && dry.skipped === skipped && dry.refused === refused;
    if (!isSame) throw new Error(`The dry run says ${JSON.stringify(dry)}.`);
    return [`${created} created, ${skipped} skipped, ${refused} refused`, ...refusals].join('; ');
  }

  /** The status of a login. */
  async login(fields: Record<string, string>): Promise<number> {
    const { status } = await supertest(this.app.getHttpServer()).post('/auth/jwt/login').send(fields);
    return status;
  }

  async hashOf(named: string): Promise<string | null> {
    const { id } = await this.commands.findUser(named);
    return (await this.app.get(UsersRepository).findPasswordHash(id)) ?? null;
  }

  close(): Promise<void> {
    return this.app.close();
  }
}

function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`The page does not have ${from} any more.`);
  return text.replace(from, to);
}
