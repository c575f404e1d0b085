import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { PAGES } from './examples/blocks.js';
import { read, ROOT } from './files.js';

test.each(PAGES)('anchors in %s are headings, links of doc comments included', (page) => {
  const missing = linksOf(page).filter(({ file, anchor }) => !anchorsOf(file).has(anchor));
  expect(missing.map(({ file, anchor }) => `${file}#${anchor}`)).toEqual([]);
});

/** Links with an anchor, to a page of ours. That the page is there, another test says. */
function linksOf(page: string): { file: string; anchor: string }[] {
  const found = withoutCode(read(page)).matchAll(/(?:\]\(|^\[[^\]]+\]: *)([^)\s#:]*)#([^)\s]+)/gm);
  return [...found]
    .map(([, path = '', anchor = '']) => ({
      file: path === '' ? page : posix.join(posix.dirname(page), path),
      anchor,
    }))
    .filter(({ file }) => existsSync(join(ROOT, file)));
}

/** As GitHub makes them: a heading that is there again gets a number. */
function anchorsOf(page: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutCode(read(page)).matchAll(/^#{1,6} (.+)$/gm)) {
    const anchor = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-');
    let number = 0;
    while (anchors.has(number === 0 ? anchor : `${anchor}-${number}`)) number += 1;
    anchors.add(number === 0 ? anchor : `${anchor}-${number}`);
  }
  return anchors;
}

const withoutCode = (text: string): string => text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');
