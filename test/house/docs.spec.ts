import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ERROR_TABLE } from 'nestjs-users';
import { filesIn, read, ROOT } from './files.js';
import { openFrontDoors } from './front-door.js';

const names = openFrontDoors().flatMap((door) => door.names);

test('docs/errors.md has no code that there is not', () => {
  const known = [...Object.keys(ERROR_TABLE), ...names.map(({ name }) => name)];
  const named = wordsInCode(read('docs/errors.md')).filter((word) => /^[A-Z0-9]+(_[A-Z0-9]+)+$/.test(word));
  expect(named.filter((word) => !known.includes(word))).toEqual([]);
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
