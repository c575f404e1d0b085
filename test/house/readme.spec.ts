import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Type } from '@nestjs/common';
import { MODULE_METADATA } from '@nestjs/common/constants.js';
import { NestFactory } from '@nestjs/core';
import ts from 'typescript';
import { read, ROOT } from './files.js';
import { tsOptions } from './front-door.js';

const PLACE = join(ROOT, '.tmp/readme');
const inPlace = (name: string): string => join(PLACE, name);
/** The files that the README names, and what they contain. */
const FILES = [...read('README.md').matchAll(/`src\/([\w.-]+\.ts)`:\n\n```ts\n([\s\S]*?)^```/gm)];
const home = process.cwd();
const { log } = console;

beforeAll(() => {
  rmSync(PLACE, { recursive: true, force: true });
  mkdirSync(PLACE, { recursive: true });
  for (const [, name = '', contents = ''] of FILES) writeFileSync(inPlace(name), contents);

  // Its database is a file in the working directory, and its mailer is the console.
  process.chdir(PLACE);
  console.log = () => undefined;
  process.env['USERS_SECRET'] = randomBytes(20).toString('hex');
});

afterAll(() => {
  console.log = log;
  process.chdir(home);
  delete process.env['USERS_SECRET'];
});

test('what the README shows compiles', () => {
  const names = FILES.map(([, name = '']) => name);
  expect(names).toEqual(['user.entity.ts', 'app.module.ts', 'main.ts', 'notes.controller.ts']);
  const program = ts.createProgram(names.map(inPlace), { ...tsOptions(), declaration: false });
  const faults = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.startsWith(PLACE))
    .flatMap((file): readonly ts.Diagnostic[] => ts.getPreEmitDiagnostics(program, file));
  expect(faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
}, 60_000);

test('what the README shows registers a user', async () => {
  const { AppModule } = (await import(inPlace('app.module.ts'))) as { AppModule: Type };
  const { NotesController } = (await import(inPlace('notes.controller.ts'))) as { NotesController: Type };
  const controllers = Reflect.getMetadata(MODULE_METADATA.CONTROLLERS, AppModule) as Type[] | undefined;
  Reflect.defineMetadata(MODULE_METADATA.CONTROLLERS, [...(controllers ?? []), NotesController], AppModule);
  const app = await NestFactory.create(AppModule, { logger: false, abortOnError: false });
  try {
    await app.listen(0, '127.0.0.1');
    const answer = await fetch(`${await app.getUrl()}/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'ada@example.com', password: 'correct horse battery' }),
    });
    expect([answer.status, await answer.json()]).toEqual([
      201,
      expect.objectContaining({ email: 'ada@example.com' }),
    ]);
    expect((await fetch(`${await app.getUrl()}/notes/all`)).status).toBe(401);
  } finally {
    await app.close();
  }
});
