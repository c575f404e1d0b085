/** `npm run docs:options` writes the tables of options in the pages of docs, from the doc comments of the options. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesIn, read, ROOT } from '../files.js';
import { PublicOptions } from './public-options.js';
import { withTables } from './tables.js';

const options = new PublicOptions();

for (const page of filesIn('docs', '.md')) {
  const text = read(page);
  const written = withTables(page, text, options);
  if (written !== text) writeFileSync(join(ROOT, page), written);
}
