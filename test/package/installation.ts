import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
  mkdirSync(join(HOSTS, 'tested/node_modules'), { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', join(HOSTS, 'tested/node_modules')]);
  renameSync(join(HOSTS, 'tested/node_modules/package'), join(HOSTS, 'tested/node_modules/nestjs-users'));
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

/** An application whose tests use the kit, with the configuration that docs/testing.md shows. */
export interface TestedHost {
  name: string;
  /** The heading of the page above the configuration. */
  heading: string;
  type: 'module' | 'commonjs';
  /** The file of the configuration. */
  file: string;
}

/** @returns the folder of the application */
export function furnishTestedHost({ name, heading, type, file }: TestedHost): string {
  const folder = join(HOSTS, 'tested', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type }));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: AS_NEST_WRITES_THEM }));
  writeFileSync(join(folder, file), configurationBelow(heading));
  for (const [from, to] of Object.entries({ 'app.module': 'app.module', 'notes.tests': 'notes.e2e-spec' })) {
    const code = readFileSync(join(import.meta.dirname, 'hosts/testing', `${from}.ts`), 'utf8');
    // CommonJS names no extension.
    const own = type === 'commonjs' ? code.replaceAll(/(from '\.[^']+)\.js'/g, "$1'") : code;
    writeFileSync(join(folder, `${to}.ts`), own);
  }
  return folder;
}

/** The `compilerOptions` of an application that the command line of NestJS 12 makes. */
const AS_NEST_WRITES_THEM = {
  ...{ module: 'nodenext', moduleResolution: 'nodenext', target: 'ES2023', isolatedModules: true },
  ...{ esModuleInterop: true, emitDecoratorMetadata: true, experimentalDecorators: true },
  ...{ rootDir: '.', outDir: './dist', skipLibCheck: true, strict: true },
};

function configurationBelow(heading: string): string {
  const page = readFileSync(join(libraryOf('esm'), 'docs/testing.md'), 'utf8');
  const [, section = ''] = page.split(`### ${heading}\n`);
  const [, code] = /^```(?:js|ts)\n([\s\S]*?)^```/m.exec(section) ?? [];
  if (code === undefined) throw new Error(`docs/testing.md has no configuration below ${heading}.`);
  return code;
}

/**
 * Runs a program of the repository, or of the system, in plain Node, and returns what it printed.
 * @throws {Error} with all that it printed, if it fails
 */
export function run(program: string, args: string[], cwd = ROOT, nodeOptions = ''): Promise<string> {
  const PATH = [join(ROOT, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
  const options = { cwd, env: { ...process.env, PATH, NODE_OPTIONS: nodeOptions }, maxBuffer: 2 ** 26 };
  return new Promise((done, fail) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error) fail(new Error(`${error.message}\n${stdout}\n${stderr}`));
      else done(stdout);
    });
  });
}
