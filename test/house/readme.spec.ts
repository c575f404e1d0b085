import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import ts from 'typescript';
import { read, ROOT } from './files.js';
import { tsOptions } from './front-door.js';

const PLACE = join(ROOT, '.tmp/readme');
const FILE = join(PLACE, 'app.module.ts');
const home = process.cwd();
const { log } = console;

beforeAll(() => {
  const [, block] = /^```ts\n([\s\S]*?)^```/m.exec(read('README.md')) ?? [];
  if (block === undefined) throw new Error('README.md has no block of TypeScript.');
  rmSync(PLACE, { recursive: true, force: true });
  mkdirSync(PLACE, { recursive: true });
  writeFileSync(FILE, block);

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
  const program = ts.createProgram([FILE], { ...tsOptions(), declaration: false });
  const file = program.getSourceFile(FILE);
  const faults = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  expect(faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
}, 60_000);

test('what the README shows registers a user', async () => {
  const { AppModule } = (await import(FILE)) as { AppModule: Type };
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
  } finally {
    await app.close();
  }
});
