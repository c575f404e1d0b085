import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';
import {
  furnishTestedHost,
  type HostKind,
  hostOf,
  type Installation,
  install,
  libraryOf,
  run,
  type TestedHost,
} from './installation.js';
import { Mailbox } from '../support/mailbox.js';
import { ofToday } from '../support/profiles.js';

const A_MINUTE = 60_000;
const EXPECTED =
  /^(dist\/.+\.(js|d\.ts|js\.map)|docs\/.+|(README|CHANGELOG|SECURITY)\.md|LICENSE|package\.json)$/;
const INDISPENSABLE = [
  ...['LICENSE', 'README.md', 'CHANGELOG.md', 'package.json'],
  ...['dist/index.js', 'dist/index.d.ts', 'dist/oauth2.js', 'dist/oauth2.d.ts', 'docs/options.md'],
  ...['dist/schemes.js', 'dist/schemes.d.ts', 'docs/hashes-from-elsewhere.md'],
  ...['dist/mail.js', 'dist/mail.d.ts', 'docs/mail.md'],
  ...['dist/testing.js', 'dist/testing.d.ts', 'docs/testing.md'],
];

const DECORATORS = {
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  useDefineForClassFields: false,
};

let { tarball, files }: Installation = { tarball: '', files: [] };

beforeAll(async () => {
  ({ tarball, files } = await install());
}, 3 * A_MINUTE);

test('the package holds the build, the docs and nothing else', () => {
  expect(files.filter((file) => !EXPECTED.test(file))).toEqual([]);
  expect(INDISPENSABLE.filter((file) => !files.includes(file))).toEqual([]);
});

test('every map leads to its sources', () => {
  const scripts = files.filter((file) => file.endsWith('.js')).map((file) => join(libraryOf('esm'), file));
  expect(scripts.filter((script) => !leadsToSources(script))).toEqual([]);
});

test('every relative link leads to a page of the package, and to a heading of it', () => {
  const pages = files.filter((file) => file.endsWith('.md'));
  const text = (page: string) => readFileSync(join(libraryOf('esm'), page), 'utf8');
  const faults = pages.flatMap((page) =>
    linksOf(text(page))
      .filter((link) => {
        const [target = '', heading] = link.split('#');
        const path = target === '' ? page : posix.join(posix.dirname(page), target);
        return !files.includes(path) || (heading !== undefined && !headingsOf(text(path)).includes(heading));
      })
      .map((link) => `${page}: ${link}`),
  );
  expect(faults).toEqual([]);
});

test('npm shows what there is to show, and no address that there is not', () => {
  const manifest = JSON.parse(readFileSync(join(libraryOf('esm'), 'package.json'), 'utf8')) as object;
  expect(manifest).toMatchObject({ description: expect.stringMatching(/NestJS/), license: 'MIT' });
  expect(manifest).toMatchObject({
    author: expect.any(String),
    keywords: expect.arrayContaining(['nestjs']),
  });
  expect(Object.keys(manifest).filter((key) => /^(repository|homepage|bugs)$/.test(key))).toEqual([]);
});

test.each<HostKind>(['esm', 'cjs'])(
  'what the README shows starts as an application in %s',
  async (kind) => {
    const place = join(hostOf(kind), 'readme');
    mkdirSync(place, { recursive: true });
    const [type, module] =
      kind === 'esm' ? ['module', ts.ModuleKind.ESNext] : ['commonjs', ts.ModuleKind.CommonJS];
    writeFileSync(join(place, 'package.json'), JSON.stringify({ private: true, type }));
    const readme = readFileSync(join(libraryOf(kind), 'README.md'), 'utf8');
    const blocks = readme.matchAll(/^`src\/([\w.]+)\.ts`:\n\n```ts\n([\s\S]*?)^```/gm);
    const names = [...blocks].map(([, name = '', code = '']) => {
      const compilerOptions = { module, target: ts.ScriptTarget.ES2023, ...DECORATORS };
      writeFileSync(join(place, `${name}.js`), ts.transpileModule(code, { compilerOptions }).outputText);
      return name;
    });
    expect(names).toEqual(['user.entity', 'app.module', 'main', 'notes.controller']);
    expect(await startAndStop(place)).toBe('SIGTERM');
  },
  A_MINUTE,
);

test.each<[HostKind, string]>([
  ['esm', 'host.mjs'],
  ['cjs', 'host.cjs'],
])(
  'an application in %s registers a user, logs in, has providers and sends a mail',
  async (kind, host) => {
    const mailbox = await Mailbox.open();
    const printed = await run('env', [`SMTP_URL=${mailbox.url}`, 'node', host], hostOf(kind));
    await mailbox.close();
    expect(mailbox.mails.map(({ recipients }) => recipients)).toEqual([['ada@example.com']]);
    const { origins, answers } = JSON.parse(printed);
    const doors = ['dist/index.js', 'dist/mail.js', 'dist/oauth2.js', 'dist/schemes.js', 'dist/testing.js'];
    expect(origins).toEqual(doors.map((door) => join(libraryOf(kind), door)));
    expect(answers).toEqual({
      forgotten: 202,
      registration: 201,
      login: [200, 'bearer'],
      accounts: [200, { items: [] }],
      callback: [400, expect.objectContaining({ detail: 'ACCESS_TOKEN_DECODE_ERROR' })],
    });
  },
  A_MINUTE,
);

test.each<HostKind>(['esm', 'cjs'])(
  'the command line of the package makes a user in an application in %s',
  async (kind) => {
    const place = join(hostOf(kind), 'readme');
    const env = {
      DATABASE_FILE: join(place, 'cli.sqlite'),
      USERS_SECRET: randomBytes(48).toString('base64'),
    };
    const cli = (...args: string[]) =>
      run(
        'env',
        [
          ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
          ...['node', join(libraryOf(kind), 'dist/cli.js'), '--app', 'app.module.js', ...args],
        ],
        place,
      );
    expect(await cli('create-user', 'ada@example.com', '--superuser', '--no-password')).toMatch(
      /^[\da-f-]{36}\n$/,
    );
    expect(JSON.parse(await cli('list-users', '--json'))).toMatchObject([
      { email: 'ada@example.com', isSuperuser: true },
    ]);
  },
  A_MINUTE,
);

// As careful hosts have them; declarations that are not checked would hide a fault of ours.
const STRICTLY = [
  ...['--noEmit', '--strict', '--skipLibCheck', 'false', '--exactOptionalPropertyTypes'],
  ...['--noUncheckedIndexedAccess', '--noPropertyAccessFromIndexSignature', '--noImplicitOverride'],
  ...['--noImplicitReturns', '--noUnusedLocals', '--isolatedModules'],
];
const AS_NEST = ['--experimentalDecorators', '--emitDecoratorMetadata', '--useDefineForClassFields', 'false'];

const COMPILED: [HostKind, string, ...string[]][] = [
  ['esm', 'mts', '--module', 'nodenext'],
  ['cjs', 'cts', '--module', 'node20'],
  ['esm', 'mts', '--module', 'preserve', '--moduleResolution', 'bundler'],
];

test.each(ofToday(COMPILED))(
  'an application in %s compiles strictly, by types that come with it: %s %s %s',
  async (kind, extension, ...setting) => {
    const sources = ['host', 'options'].map((name) => `${name}.${extension}`);
    // No DOM: a server's application need not have its types.
    const language = ['--ignoreConfig', '--types', 'node', '--target', 'es2023', '--lib', 'es2023'];
    const printed = await run(
      'tsc',
      [...STRICTLY, ...AS_NEST, ...language, ...setting, '--listFiles', ...sources],
      hostOf(kind),
    );
    const read = printed.split('\n');
    for (const door of ['dist/index.d.ts', 'dist/oauth2.d.ts', 'dist/schemes.d.ts', 'dist/testing.d.ts'])
      expect(read).toContain(join(libraryOf(kind), door));
    expect(read.filter((file) => /@types\/(?!node\/)/.test(file))).toEqual([]);
  },
  2 * A_MINUTE,
);

const VM_MODULES = '--experimental-vm-modules';

const TESTED: (TestedHost & { command: [string, ...string[]]; nodeOptions?: string })[] = [
  {
    ...{ name: 'commonjs-jest', heading: 'CommonJS and Jest', type: 'commonjs', file: 'jest.config.js' },
    command: ['jest'],
  },
  {
    ...{ name: 'esm-jest', heading: 'ES modules and Jest', type: 'module', file: 'jest.config.js' },
    ...{ command: ['jest'], nodeOptions: VM_MODULES },
  },
  {
    ...{ name: 'vitest', heading: 'Vitest', type: 'module', file: 'vitest.config.ts' },
    command: ['vitest', 'run'],
  },
];

test.each(ofToday(TESTED))(
  'the kit for tests runs in an application with $heading, by the configuration of the page',
  async ({ command: [program, ...args], nodeOptions, ...host }) => {
    const folder = furnishTestedHost(host);
    const report = join(folder, 'report.json');
    await run(program, [...args, ...REPORTED[program as 'jest' | 'vitest'](report)], folder, nodeOptions);
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({
      ...{ success: true, numTotalTests: 6, numPassedTests: 6 },
    });
  },
  2 * A_MINUTE,
);

/** Both runners write the same report. */
const REPORTED = {
  jest: (file: string) => ['--json', `--outputFile=${file}`],
  vitest: (file: string) => ['--reporter=json', `--outputFile=${file}`],
};

test(
  'publint finds no fault',
  async () => {
    expect(await run('publint', ['run', tarball, '--strict'])).toMatch('All good!');
  },
  A_MINUTE,
);

test(
  'every way of importing finds the right types',
  async () => {
    // CommonJS gets ESM on purpose: Node requires it from 20.19 on, the oldest that `engines` admits.
    const profile = ['--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm'];
    // It fails for a problem. What node10 would not find, it lists: that knows no `exports`, and so no subpaths.
    const found = await run('attw', [tarball, ...profile]);
    expect(found).toMatch('"nestjs-users/mail"');
    expect(found).toMatch('"nestjs-users/oauth2"');
    expect(found).toMatch('"nestjs-users/testing"');
  },
  A_MINUTE,
);

function linksOf(page: string): string[] {
  const found = page.replace(/```[\s\S]*?```/g, '').matchAll(/\]\(([^)\s]+)\)/g);
  return [...found].map(([, link = '']) => link).filter((link) => !/^[a-z]+:/.test(link));
}

/** As GitHub and npm name them in addresses. */
function headingsOf(page: string): string[] {
  const headings = [...page.replace(/```[\s\S]*?```/g, '').matchAll(/^#+ (.+)$/gm)];
  return headings.map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** @returns the signal that ended the application, once it had started */
async function startAndStop(place: string): Promise<unknown> {
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    PORT: '0',
    USERS_SECRET: randomBytes(48).toString('base64'),
  };
  const child = spawn(process.execPath, ['main.js'], { cwd: place, env });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      printed += text.toString();
      if (printed.includes('successfully started')) child.kill('SIGTERM');
    });
  }
  const [code, signal] = (await once(child, 'exit')) as [number | null, unknown];
  return code === null ? signal : printed;
}

/** A map holds its sources, or names files of the package. */
function leadsToSources(script: string): boolean {
  const name = /\/\/# sourceMappingURL=(.+)/.exec(readFileSync(script, 'utf8'))?.[1];
  if (name === undefined) return true;
  const map = join(dirname(script), name);
  if (!existsSync(map)) return false;

  const { sources, sourcesContent = [] } = JSON.parse(readFileSync(map, 'utf8')) as {
    sources: string[];
    sourcesContent?: string[];
  };
  return sources.every(
    (source, at) => sourcesContent[at] !== undefined || existsSync(join(dirname(map), source)),
  );
}
