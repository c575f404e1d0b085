import 'reflect-metadata';
import { blocksOf, PAGES } from './examples/blocks.js';
import { applicationOf, canRun, evaluate } from './examples/evaluate.js';
import { isWhole } from './examples/fragment.js';

/**
 * Every block that is a whole file is run, in the order of its page: its classes are made, its decorators run, and what it
 * calls at its top, such as `UsersModule.forRoot()`, checks the options. What starts an application is left to the samples
 * and to `test/package`.
 */
const wholes = PAGES.map((page) => ({
  page,
  blocks: blocksOf(page).filter(
    (block) => block.language === 'ts' && block.leftOut === undefined && isWhole(block.code) && canRun(block),
  ),
})).filter(({ blocks }) => blocks.length > 0);

test.each(wholes)('the files of $page run', async ({ page, blocks }) => {
  const known = applicationOf();
  const faults: string[] = [];
  for (const block of blocks) {
    try {
      Object.assign(known, await evaluate(block, known));
    } catch (error) {
      faults.push(`${page}:${block.line} ${String(error)}`);
    }
  }
  expect(faults).toEqual([]);
});

test('a mistake in an option is found', async () => {
  const [block] = blocksOf(
    'mistakes.md',
    `\`\`\`ts\nimport { UsersModule } from 'nestjs-users';\nimport { User } from './user.entity.js';\nUsersModule.forRoot({ secret: 'x', entities: { user: User }, protectEverything: true });\n\`\`\`\n`,
  );
  await expect(evaluate(block, applicationOf())).rejects.toThrow(
    'the option protectEverything does not exist',
  );
});

test('most blocks are whole files', () => {
  expect(wholes.reduce((sum, { blocks }) => sum + blocks.length, 0)).toBeGreaterThan(60);
});
