import { oauth2 } from 'nestjs-users/oauth2';
import { DEFAULT_LIMITS } from '../../lib/accounts/limits/limits.options.js';
import { DEFAULT_DTOS } from '../../lib/features/dtos.js';
import { settingsOf } from '../../lib/features/feature.js';
import { FEATURES } from '../../lib/module/features.js';
import { filesIn, read } from './files.js';
import { readReference } from './reference/reference.js';
import { tablesOf, withTables } from './reference/tables.js';

const { options, kinds } = readReference();
const pages = filesIn('docs', '.md').filter((page) => tablesOf(read(page)).length > 0);
const tables = pages.flatMap((page) => tablesOf(read(page)));

/** The least number of parts: a test of an empty list would pass. */
const LEAST: Record<string, number> = {
  options: 30,
  methods: 35,
  hooks: 17,
  events: 10,
  codes: 33,
  errors: 17,
  routes: 36,
};

/**
 * The options of an interface that others extend are in the table of each. Routes are on the page of all, and on that of
 * their feature.
 */
const MAY_BE_TWICE = ['options', 'routes'];

describe.each(Object.keys(kinds))('the reference of %s', (kind) => {
  const of = kinds[kind];

  test('every part has a doc comment or a description, and each tag that its row needs', () => {
    expect(of?.faults()).toEqual([]);
  });

  test('every part is in one table', () => {
    const names = of?.names() ?? [];
    const shown = tables
      .filter((table) => table.kind === kind)
      .flatMap(({ contents }) => of?.shown(contents) ?? []);
    expect(names.length).toBeGreaterThanOrEqual(LEAST[kind] ?? Infinity);
    expect(names.filter((name) => !shown.includes(name))).toEqual([]);
    const twice = shown.filter((name, index) => shown.indexOf(name) !== index);
    expect(MAY_BE_TWICE.includes(kind) ? [] : twice).toEqual([]);
  });
});

test.each(pages)('the tables of %s are those that `npm run docs:reference` writes', (page) => {
  const text = read(page);
  expect(linesOf(text)).toEqual(linesOf(withTables(page, text, kinds)));
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

const linesOf = (text: string): string[] => text.split('\n').map((line) => line.replace(/ {2,}|-{4,}/g, ' '));
