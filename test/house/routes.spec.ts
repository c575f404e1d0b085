import { FEATURES } from '../../lib/module/features.js';
import { filesIn, read } from './files.js';
import { tablesOf } from './reference/tables.js';

const features = FEATURES.map(({ key }) => key).sort();

/** The features whose routes are in the tables of a text. */
const shownIn = (text: string): string[] =>
  tablesOf(text).flatMap(({ kind, contents }) => (kind === 'routes' ? [contents] : []));

test('docs/routes.md has a section for each feature, with the table of its routes', () => {
  // A section is about the feature whose option it begins with.
  const sections = read('docs/routes.md')
    .split(/^## /m)
    .map((text) => [/^.+\n+`(\w+): /.exec(text)?.[1], shownIn(text)] as const)
    .filter(([feature, shown]) => feature !== undefined || shown.length > 0);
  const wanted = features.map((feature) => [feature, [feature]]);
  expect(sections.toSorted(([one = ''], [other = '']) => one.localeCompare(other))).toEqual(wanted);
});

test('each feature has a page of its own with the table of its routes', () => {
  const shown = filesIn('docs/features', '.md').map((page) => shownIn(read(page)));
  expect(shown.filter((each) => each.length !== 1)).toEqual([]);
  expect(shown.flat().sort()).toEqual(features);
});

const pages = ['docs/routes.md', ...filesIn('docs/features', '.md')];

test.each(pages)('no table of routes in %s is written by hand', (page) => {
  const written = read(page).replaceAll(/^<!-- routes: [\s\S]*?^<!-- end of routes -->$/gm, '');
  expect(written.match(/^\| `[A-Z]+ \/\S*` +\|/gm) ?? []).toEqual([]);
});
