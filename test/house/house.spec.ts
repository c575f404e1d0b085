import { filesIn, read } from './files.js';
import { openFrontDoors } from './front-door.js';

const MOST_LINES = 250;
const FURNITURE = ['feature', 'options', 'controller'];

const files = filesIn('lib', '.ts');
const doors = openFrontDoors();

test(`every file of lib has less than ${MOST_LINES} lines`, () => {
  const lengths = files.map((file) => [file, read(file).trimEnd().split('\n').length] as const);
  expect(lengths.filter(([, length]) => length >= MOST_LINES)).toEqual([]);
});

test('every feature has the same furniture', () => {
  const features = new Set(files.flatMap((file) => /^lib\/features\/([^/]+)\//.exec(file)?.[1] ?? []));
  expect(features.size).toBeGreaterThan(0);

  const furniture = [...features].flatMap((name) =>
    FURNITURE.map((piece) => `lib/features/${name}/${name}.${piece}.ts`),
  );
  expect(furniture.filter((piece) => !files.includes(piece))).toEqual([]);
});

test('no file of lib has a default export', () => {
  expect(files.filter((file) => /^export default|\bas default\b/m.test(read(file)))).toEqual([]);
});

test('every public name says what a caller gains', () => {
  const silent = doors.flatMap(({ specifier, names }) =>
    names.filter(({ doc }) => doc === '').map(({ name, kind }) => `${specifier}: ${kind} ${name}`),
  );
  expect(silent).toEqual([]);
});
