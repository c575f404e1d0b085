import { instrument } from './trace/instrument.mjs';
import { countsOf, visitsOf } from './trace/passage.js';

const startsIn = (files: string) => files.split('').map((file, index) => ({ file, line: index + 1 }));

test.each([
  ['', { files: 0, changes: 0, returns: 0 }],
  ['a', { files: 1, changes: 0, returns: 0 }],
  ['aaa', { files: 1, changes: 0, returns: 0 }],
  ['abc', { files: 3, changes: 2, returns: 0 }],
  ['aba', { files: 2, changes: 2, returns: 1 }],
  ['aabbbac', { files: 3, changes: 3, returns: 1 }],
  ['abcbaab', { files: 3, changes: 5, returns: 3 }],
])('"%s" is counted', (files, counts) => {
  expect(countsOf(startsIn(files))).toEqual(counts);
});

test('a way names each change of file, with the first line there', () => {
  expect(visitsOf(startsIn('aabba'))).toEqual([
    { file: 'a', line: 1, isReturn: false },
    { file: 'b', line: 3, isReturn: false },
    { file: 'a', line: 5, isReturn: true },
  ]);
});

test('every function tells when it starts, and no line moves', () => {
  const text = `
    abstract class A extends B {
      constructor(readonly c: C) { super(); }
      abstract d(): void;
      async *e() {}
      get f() { return () => ({ g: (h: unknown) => h as H }); }
    }
    function i(): void;
    function i(): void {}`;
  const started = (line: number) => `globalThis.started?.("lib/a.ts", ${line})`;
  expect(instrument('lib/a.ts', text)).toBe(`
    abstract class A extends B {
      constructor(readonly c: C) { ${started(3)}; super(); }
      abstract d(): void;
      async *e() { ${started(5)};}
      get f() { ${started(6)}; return () => (${started(6)}, ({ g: (h: unknown) => (${started(6)}, h as H) })); }
    }
    function i(): void;
    function i(): void { ${started(9)};}`);
});
