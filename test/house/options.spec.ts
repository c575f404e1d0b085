import { oauth2 } from 'nestjs-users/oauth2';
import { DEFAULT_LIMITS } from '../../lib/accounts/limits/limits.options.js';
import { DEFAULT_DTOS } from '../../lib/features/dtos.js';
import { settingsOf } from '../../lib/features/feature.js';
import { FEATURES } from '../../lib/module/features.js';
import { filesIn, read } from './files.js';
import { faultOf, PublicOptions } from './options/public-options.js';
import { shownOn, withTables } from './options/tables.js';

const options = new PublicOptions();
const pages = filesIn('docs', '.md').filter((page) => shownOn(read(page)).length > 0);

test('every option has a doc comment, and a default where it may be left out', () => {
  const declared = options.names.flatMap((owner) =>
    options.declaredBy(owner).map((option) => ({ path: `${owner}.${option.name}`, fault: faultOf(option) })),
  );
  expect(declared.length).toBeGreaterThan(120);
  expect(declared.flatMap(({ path, fault }) => (fault === undefined ? [] : [`${path} ${fault}`]))).toEqual(
    [],
  );
});

test('the documented defaults of limits and DTO classes are those of the code', () => {
  const defaultsOf = (owner: string, names: object) => {
    const declared = options.declaredBy(owner).filter(({ name }) => Object.hasOwn(names, name));
    return Object.fromEntries(declared.map((option) => [option.name, option.default]));
  };
  const limits = Object.entries(DEFAULT_LIMITS).map(([name, { attempts, windowSeconds }]) => [
    name,
    `{ attempts: ${attempts}, windowSeconds: ${windowSeconds} }`,
  ]);
  expect(defaultsOf('LimitsOptions', DEFAULT_LIMITS)).toEqual(Object.fromEntries(limits));

  const dtos = Object.entries(DEFAULT_DTOS).map(([name, dto]) => [name, dto.name]);
  expect(defaultsOf('DtoOptions', DEFAULT_DTOS)).toEqual(Object.fromEntries(dtos));
});

test('a factory may give the settings of a feature that the types have', () => {
  const features = FEATURES.map((each) => ('from' in each ? oauth2({ clients: [] }).feature : each));
  const taken = features.map((feature) => [feature.key, settingsOf(feature).sort()]);
  const typed = features.map(({ key }) => [
    key,
    [...options.propertiesOf(`UsersModuleSettings.${key}`).keys()].sort(),
  ]);
  expect(taken).toEqual(typed);
});

test('every option is on a page', () => {
  const shown = new Set(pages.flatMap((page) => shownOn(read(page))));
  const hidden = options.names.filter((name) => !shown.has(name) && options.declaredBy(name).length > 0);
  expect(hidden).toEqual([]);
});

test.each(pages)('the tables of %s are those that `npm run docs:options` writes', (page) => {
  const text = read(page);
  expect(rowsOf(text)).toEqual(rowsOf(withTables(page, text, options)));
});

const rowsOf = (text: string): string[] => text.split('\n').map((line) => line.replace(/ {2,}|-{4,}/g, ' '));
