/** `npm run docs:reference` writes the tables of the reference in the pages of docs, from the doc comments of lib. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesIn, read, ROOT } from '../files.js';
import { readReference } from './reference.js';
import { withTables } from './tables.js';

const { kinds } = readReference();

for (const page of filesIn('docs', '.md')) {
  const text = read(page);
  const written = withTables(page, text, kinds);
  if (written !== text) writeFileSync(join(ROOT, page), written);
}
