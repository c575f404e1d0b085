import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ERROR_TABLE, UserEvents, UsersHooks, UsersService } from 'nestjs-users';
import { filesIn, read, ROOT } from './files.js';
import { openFrontDoors } from './front-door.js';

const names = openFrontDoors().flatMap((door) => door.names);

test('docs/errors.md has every code with its status', () => {
  const lines = read('docs/errors.md').split('\n');
  const missing = Object.entries(ERROR_TABLE).filter(
    ([code, [status]]) => !lines.some((line) => line.includes(`\`${code}\``) && line.includes(`${status}`)),
  );
  expect(missing.map(([code, [status]]) => `${code} ${status}`)).toEqual([]);
});

test('docs/errors.md has no code that there is not', () => {
  const known = [...Object.keys(ERROR_TABLE), ...names.map(({ name }) => name)];
  const named = wordsInCode(read('docs/errors.md')).filter((word) => /^[A-Z0-9]+(_[A-Z0-9]+)+$/.test(word));
  expect(named.filter((word) => !known.includes(word))).toEqual([]);
});

test('docs/hooks-and-events.md has every hook and every event', () => {
  const page = read('docs/hooks-and-events.md');
  const documented = new Set(wordsInCode(page));
  const hooks = Object.getOwnPropertyNames(UsersHooks.prototype).filter((name) => name !== 'constructor');
  expect(hooks).toContain('postLoginHook');
  expect(hooks.filter((name) => !documented.has(name))).toEqual([]);

  const events = Object.entries(UserEvents);
  expect(events.filter(([name, value]) => !documented.has(name) && !page.includes(value))).toEqual([]);
});

test('docs/users-service.md has every method that a host calls', () => {
  const inner = ['constructor', 'loaded', 'momentsOf'];
  const methods = Object.getOwnPropertyNames(UsersService.prototype).filter((name) => !inner.includes(name));
  expect(methods).toContain('findByIdentifier');
  const documented = new Set(wordsInCode(read('docs/users-service.md')));
  expect(methods.filter((name) => !documented.has(name))).toEqual([]);
});

test.each(['README.md', ...filesIn('docs', '.md')])('links of %s lead somewhere', (page) => {
  const found = withoutBlocks(read(page)).matchAll(/\]\(([^)\s]+)|^\[[^\]]+\]:\s*(\S+)/gm);
  const links = [...found].map(([, inline, reference]) => inline ?? reference ?? '');
  const targets = links.filter((link) => !/^([a-z]+:|#)/.test(link)).map((link) => link.replace(/#.*/, ''));
  expect(targets.filter((target) => !existsSync(join(ROOT, dirname(page), target)))).toEqual([]);
});

test.each(['README.md', ...filesIn('docs', '.md')])(
  'code of %s runs in a CommonJS application, too',
  (page) => {
    const blocks = [...read(page).matchAll(/^ *```ts\n([\s\S]*?)^ *```/gm)].map(([, code = '']) => code);
    expect(blocks.filter((code) => /^(await |(const|let) [^\n]* = await )/m.test(code))).toEqual([]);
  },
);

const withoutBlocks = (page: string) => page.replace(/```[\s\S]*?```/g, '');

/** The words that stand in backticks. */
function wordsInCode(page: string): string[] {
  const code = page.match(/```[\s\S]*?```|`[^`\n]+`/g) ?? [];
  return code.flatMap((each) => each.match(/\w+/g) ?? []);
}
