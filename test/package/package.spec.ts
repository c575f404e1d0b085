import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type HostKind, hostOf, type Installation, install, libraryOf, run } from './installation.js';

const A_MINUTE = 60_000;
const EXPECTED =
  /^(dist\/.+\.(js|d\.ts|js\.map)|docs\/.+|(README|CHANGELOG|SECURITY)\.md|LICENSE|package\.json)$/;
const INDISPENSABLE = [
  ...['LICENSE', 'README.md', 'CHANGELOG.md', 'package.json'],
  ...['dist/index.js', 'dist/index.d.ts', 'dist/oauth2.js', 'dist/oauth2.d.ts', 'docs/options.md'],
];

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

test.each<[HostKind, string]>([
  ['esm', 'host.mjs'],
  ['cjs', 'host.cjs'],
])(
  'an application in %s registers a user, logs in and has providers',
  async (kind, host) => {
    const { origins, answers } = JSON.parse(await run('node', [host], hostOf(kind)));
    const doors = ['dist/index.js', 'dist/oauth2.js'];
    expect(origins).toEqual(doors.map((door) => join(libraryOf(kind), door)));
    expect(answers).toEqual({
      registration: 201,
      login: [200, 'bearer'],
      accounts: [200, { items: [] }],
      callback: [400, expect.objectContaining({ detail: 'ACCESS_TOKEN_DECODE_ERROR' })],
    });
  },
  A_MINUTE,
);

test.each<[HostKind, string, string]>([
  ['esm', 'host.mts', 'nodenext'],
  ['cjs', 'host.cts', 'node20'],
])(
  'an application in %s compiles strictly, by types that come with it',
  async (kind, host, module) => {
    const strictly = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--experimentalDecorators'];
    const setting = ['--ignoreConfig', '--types', 'node', '--module', module];
    // No DOM: a server's application need not have its types.
    const language = ['--target', 'es2023', '--lib', 'es2023'];
    const printed = await run(
      'tsc',
      [...strictly, ...setting, ...language, '--listFiles', host],
      hostOf(kind),
    );
    const read = printed.split('\n');
    for (const door of ['dist/index.d.ts', 'dist/oauth2.d.ts'])
      expect(read).toContain(join(libraryOf(kind), door));
    expect(read.filter((file) => /@types\/(?!node\/)/.test(file))).toEqual([]);
  },
  A_MINUTE,
);

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
    expect(await run('attw', [tarball, ...profile])).toMatch('"nestjs-users/oauth2"');
  },
  A_MINUTE,
);

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
