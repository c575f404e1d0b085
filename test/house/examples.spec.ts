import ts from 'typescript';
import { type Block, blocksOf, PAGES } from './examples/blocks.js';
import { compile } from './examples/compile.js';
import { read } from './files.js';

/**
 * Each block of TypeScript on a page compiles against the sources, in a strict project. A block with an `import` is a
 * whole file. Any other is a fragment: it may use what `examples/prelude.ts` exports, and what another block of the page
 * exports; it is statements, options of the module, methods of a service or a controller, or decorators. Options of
 * `forRoot()`, `forRootAsync()` and `oauth2()` are left out by the comment `…`, with blanks around it.
 *
 * To leave a block out, write `<!-- not compiled: the reason -->` before it.
 */
const LANGUAGES = ['ts', 'js', 'json', 'sh', 'console', 'sql', 'html', 'text'];

/** One in each shape, that the compiler must find. */
const MISTAKES = {
  'a file': "import { Nobody } from 'nestjs-users';",
  statements: "cookie({ sameSite: 'never' });",
  options: "limits: { login: { attempts: '5', windowSeconds: 600 } },",
  'options that are not all': 'UsersModule.forRoot({ protectEverything: true /* … */ });',
  'a method that overrides': 'override sendMail(user: User) {}',
  'a method': '@Get()\nlist() {\n  return this.users.listEverybody();\n}',
  decorators: '@UseGuards(Authenticated({ verifed: true }))',
  'a class of another block': 'new Told().telling;',
};
const TOLD = 'export class Told {\n  told = 1;\n}';

const blocks = PAGES.flatMap((page) => blocksOf(page));
const leftOut = blocks.filter((block) => block.leftOut !== undefined);
const mistakes = blocksOf(
  'mistakes.md',
  [TOLD, ...Object.values(MISTAKES)].map((code) => `\`\`\`ts\n${code}\n\`\`\`\n`).join('\n'),
);
const faults = compile([...examplesIn('ts').map(({ block }) => block), ...mistakes]);

function examplesIn(language: string): { place: string; block: Block }[] {
  return blocks
    .filter((block) => block.language === language && !leftOut.includes(block))
    .map((block) => ({ place: `${block.page}:${block.line}`, block }));
}

test.each(examplesIn('ts'))('the example at $place compiles', ({ block }) => {
  expect(faults.get(block)).toEqual([]);
});

test.each(examplesIn('js'))('the script at $place has no error of syntax', ({ block }) => {
  const { diagnostics } = ts.transpileModule(block.code, { fileName: 'script.js', reportDiagnostics: true });
  expect(diagnostics).toEqual([]);
});

test.each(examplesIn('json'))('the JSON at $place is valid', ({ block }) => {
  expect(() => JSON.parse(block.code) as unknown).not.toThrow();
});

test.each(Object.keys(MISTAKES))('a mistake in %s is found', (shape) => {
  const [told, ...others] = mistakes.map((block) => faults.get(block));
  expect(told).toEqual([]);
  expect(others[Object.keys(MISTAKES).indexOf(shape)]).toEqual([expect.stringMatching(/^mistakes\.md:\d+ /)]);
});

test.each(PAGES)('every block of %s has a language', (page) => {
  const own = blocks.filter((block) => block.page === page);
  expect(own.filter(({ language }) => !LANGUAGES.includes(language))).toEqual([]);
  expect(own).toHaveLength((read(page).match(/^ *```/gm) ?? []).length / 2);
});

test(`${leftOut.length} blocks are left out, each for a reason`, () => {
  const reasons = leftOut.map(({ page, line, leftOut: reason }) => `${page}:${line} is left out: ${reason}`);
  if (reasons.length > 0) console.info(reasons.join('\n'));
  expect(reasons.filter((reason) => !/: \S+( \S+){2,}$/.test(reason))).toEqual([]);
});
