import { ERROR_TABLE } from 'nestjs-users';
import { filesIn, read } from './files.js';
import { openFrontDoors } from './front-door.js';

const FURNITURE = ['feature', 'options', 'controller'];

const files = filesIn('lib', '.ts');
const doors = openFrontDoors();

test('every feature has the same furniture', () => {
  const features = new Set(files.flatMap((file) => /^lib\/features\/([^/]+)\//.exec(file)?.[1] ?? []));
  expect(features.size).toBeGreaterThan(0);

  const furniture = [...features].flatMap((name) =>
    FURNITURE.map((piece) => `lib/features/${name}/${name}.${piece}.ts`),
  );
  expect(furniture.filter((piece) => !files.includes(piece))).toEqual([]);
});

test('every code has a class of its own', () => {
  const made = files.flatMap((file) =>
    [...read(file).matchAll(/super\('([A-Z_0-9]+)'/g)].map(([, code]) => code),
  );
  expect(made.sort()).toEqual(Object.keys(ERROR_TABLE).sort());
});

test('no file of lib has a default export', () => {
  expect(files.filter((file) => /^export default|\bas default\b/m.test(read(file)))).toEqual([]);
});

test('only the Database takes hold of the host’s data source, so that nothing is read from a cache or a replica', () => {
  const others = files.filter((file) => !file.startsWith('lib/database/'));
  const handles =
    /\b(get(Repository|DataSource|EntityManager)Token|Inject(Repository|DataSource|EntityManager))\b|^import \{[^}]*\b(DataSource|EntityManager)\b/m;
  expect(others.filter((file) => handles.test(withoutTypeImports(read(file))))).toEqual([]);
});

test('a package of a context is loaded only where the context has loaded it', () => {
  const packages = /from '(@nestjs\/(graphql|websockets|microservices|platform-)|graphql|socket\.io|ws')/;
  expect(files.filter((file) => packages.test(read(file)))).toEqual([]);
});

test('every public name says what a caller gains', () => {
  const silent = doors.flatMap(({ specifier, names }) =>
    names.filter(({ doc }) => doc === '').map(({ name, kind }) => `${specifier}: ${kind} ${name}`),
  );
  expect(silent).toEqual([]);
});

/** Types are gone at run time. */
const withoutTypeImports = (text: string): string =>
  text.replace(/^import type .*$/gm, '').replace(/\btype \w+/g, '');
