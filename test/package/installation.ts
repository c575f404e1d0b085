import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const STAGE = join(ROOT, '.tmp/package');
const HOSTS = join(ROOT, '.tmp/package-hosts');

export type HostKind = 'esm' | 'cjs';

/** The library as npm would publish it, and two hosts that installed it. */
export interface Installation {
  tarball: string;
  /** The package's files, by their path in it. */
  files: string[];
}

export const hostOf = (kind: HostKind): string => join(HOSTS, kind);
export const libraryOf = (kind: HostKind): string => join(HOSTS, kind, 'node_modules/nestjs-users');

/** Builds every time: yesterday's build would prove nothing about today's package. */
export async function install(): Promise<Installation> {
  await run('npm', ['run', 'build']);
  for (const folder of [STAGE, HOSTS]) rmSync(folder, { recursive: true, force: true });
  mkdirSync(STAGE, { recursive: true });
  const packed = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', STAGE]);
  const [{ filename, files }] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];
  const tarball = join(STAGE, filename);
  for (const kind of ['esm', 'cjs'] as const) await furnish(kind, tarball);
  return { tarball, files: files.map(({ path }) => path) };
}

/** A host with the package in place; whatever else it imports, it finds in the repository. */
async function furnish(kind: HostKind, tarball: string): Promise<void> {
  mkdirSync(libraryOf(kind), { recursive: true });
  await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', libraryOf(kind)]);

  // Without a manifest of its own it would be part of this package, which resolves its own name to itself.
  writeFileSync(join(hostOf(kind), 'package.json'), '{ "private": true }');
  const copy = (from: string, to = from) =>
    copyFileSync(join(import.meta.dirname, 'hosts', from), join(hostOf(kind), to));
  for (const file of ['exercise.cjs', 'host.mjs', 'host.cjs']) copy(file);
  for (const name of ['host', 'options']) {
    for (const extension of ['mts', 'cts']) copy(`${name}.types.ts`, `${name}.${extension}`);
  }
}

/**
 * Runs a program of the repository, or of the system, in plain Node, and returns what it printed.
 * @throws {Error} with all that it printed, if it fails
 */
export function run(program: string, args: string[], cwd = ROOT): Promise<string> {
  const PATH = [join(ROOT, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
  const options = { cwd, env: { ...process.env, PATH, NODE_OPTIONS: '' }, maxBuffer: 2 ** 26 };
  return new Promise((done, fail) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error) fail(new Error(`${error.message}\n${stdout}\n${stderr}`));
      else done(stdout);
    });
  });
}
