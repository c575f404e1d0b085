import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { normalizeEmail, normalizeName } from 'nestjs-users';
import { domainToUnicode } from 'node:url';
import { comparedRoleName, normalizeRoleName } from '../../lib/roles/role-name.js';

const RUNS = { numRuns: 20_000 };

const BASES = [
  'ada@example.com',
  'ada.lovelace+work@mail.example.co.uk',
  'ada@bücher.de',
  'ada@xn--bcher-kva.de',
  'ada@faß.de',
  'ada@xn--80ak6aa92e.com',
  'ada@παράδειγμα.gr',
];

/** What parsers of URLs, mails, paths and texts treat in ways of their own. */
const ODD = [
  ...[
    '/',
    '?',
    '#',
    '\\',
    '%',
    ':',
    '@',
    ';',
    ',',
    '&',
    '=',
    '+',
    '_',
    '!',
    '*',
    '"',
    "'",
    '<',
    '>',
    '(',
    ')',
    '[',
    ']',
  ],
  ...[
    '.',
    '..',
    '-',
    '--',
    ' ',
    '\t',
    '\n',
    '\r',
    '\0',
    '\u00a0',
    '\u00ad',
    '\u200b',
    '\u200c',
    '\u200d',
    '\u2060',
  ],
  ...[
    '\u3002',
    '\uff0e',
    '\uff61',
    '\u2024',
    '\ufeff',
    '\u202e',
    '\u0130',
    '\u0131',
    '\u017f',
    '\u212a',
    '\u1e9e',
    'ß',
  ],
  ...[
    'ς',
    'σ',
    'Σ',
    '\u0301',
    '\u0430',
    '\u0435',
    '\u03bf',
    '\uff41',
    '\u00aa',
    '\u2100',
    '\ufb01',
    '\u0e33',
    '\u{1d41a}',
  ],
  ...[
    'a',
    'A',
    'e',
    'é',
    'e\u0301',
    '0',
    '1',
    '0x',
    '127.1',
    'xn--',
    'xn--a',
    '%61',
    '%2e',
    '%00',
    '/.evil.net',
    '\ud800',
  ],
];

const fullWidth = (letter: string): string => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0);
const percent = (letter: string): string =>
  encodeURIComponent(letter).replace(/^[^%]$/, (sign) => `%${sign.charCodeAt(0).toString(16)}`);

const change = fc.record({
  at: fc.nat({ max: 40 }),
  how: fc.constantFrom(
    'insert',
    'replace',
    'drop',
    'percent',
    'wide',
    'upper',
    'decompose',
    'append',
    'prepend',
  ),
  odd: fc.oneof(fc.constantFrom(...ODD), fc.string({ unit: 'grapheme', maxLength: 2 })),
});

function mutate(text: string, { at, how, odd }: { at: number; how: string; odd: string }): string {
  const letters = Array.from(text);
  const place = at % letters.length;
  const letter = letters[place] ?? '';
  const put = (instead: string) => letters.with(place, instead).join('');
  switch (how) {
    case 'insert':
      return put(odd + letter);
    case 'replace':
      return put(odd);
    case 'drop':
      return put('');
    case 'percent':
      return letter.isWellFormed() ? put(percent(letter)) : text;
    case 'wide':
      return /[!-~]/.test(letter) ? put(fullWidth(letter)) : text;
    case 'upper':
      return put(letter.toUpperCase());
    case 'decompose':
      return text.normalize('NFD');
    case 'append':
      return text + odd;
    default:
      return odd + text;
  }
}

const mutants = (bases: string[]) =>
  fc
    .tuple(fc.constantFrom(...bases), fc.array(change, { maxLength: 3 }), fc.array(change, { maxLength: 3 }))
    .map(([base, one, other]) => [one.reduce(mutate, base), other.reduce(mutate, base)] as const);

/** Letter by letter, so that no letter's place decides. */
const folded = (text: string): string =>
  Array.from(text.normalize('NFC'), (letter) => letter.toLowerCase())
    .join('')
    .normalize('NFC');

/** An address apart from case, blanks around it, NFC and the spelling of labels in ASCII. */
function sameAddress(address: string): string {
  const [local, domain] = folded(address.trim()).split(/@(?=[^@]*$)/) as [string, string];
  const labels = domain
    .split('.')
    .map((label) => (label.startsWith('xn--') ? folded(domainToUnicode(label)) : label));
  return `${local}@${labels.join('.')}`;
}

describe('two inputs meet in one form only if they are the same but for', () => {
  test('case, blanks around them, NFC or the spelling of a domain in ASCII: addresses', () => {
    const property = fc.property(mutants(BASES), ([one, other]) => {
      const [first, second] = [normalizeEmail(one), normalizeEmail(other)];
      if (first === undefined || first !== second) return;
      expect(sameAddress(one)).toBe(sameAddress(other));
    });
    fc.assert(property, RUNS);
  });

  test('case of ASCII letters, blanks around them, or NFC: names', () => {
    const same = (name: string) =>
      name
        .trim()
        .normalize('NFC')
        .replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    const property = fc.property(mutants(['ada', 'Zoë', 'søren-k', 'ΣΑΣ', 'straße']), ([one, other]) => {
      const [first, second] = [normalizeName(one), normalizeName(other)];
      if (first === undefined || first !== second) return;
      expect(same(one)).toBe(same(other));
    });
    fc.assert(property, RUNS);
  });

  test('case, compatibility forms, blanks around them, or how many are within: roles', () => {
    const same = (name: string) => name.trim().replace(/ +/g, ' ').normalize('NFKC').toLowerCase();
    const keyOf = (name: string) => {
      const normal = normalizeRoleName(name);
      return normal === undefined ? undefined : comparedRoleName(normal);
    };
    const property = fc.property(mutants(['admin', 'Head of  sales', 'Größe', 'ﬁnance']), ([one, other]) => {
      const [first, second] = [keyOf(one), keyOf(other)];
      if (first === undefined || first !== second) return;
      expect(same(one)).toBe(same(other));
    });
    fc.assert(property, RUNS);
  });
});

test('a mark that joins the small letter only makes no second name', () => {
  expect(normalizeName('H\u0331')).toBe(normalizeName('\u1e96'));
  expect(normalizeName('J\u030c')).toBe('\u01f0');
  expect(comparedRoleName('H\u0331')).toBe(comparedRoleName('\u1e96'));
});

test('a stored form is its own stored form', () => {
  const property = fc.property(mutants([...BASES, 'ada', 'Head of  sales']), ([text]) =>
    [normalizeEmail, normalizeName, normalizeRoleName].every((normalize) => {
      const normal = normalize(text);
      return normal === undefined || normalize(normal) === normal;
    }),
  );
  expect(() => fc.assert(property, RUNS)).not.toThrow();
});

test.each([
  ['ADA@Example.COM', 'ada@example.com'],
  ['\u00a0ada@example.com\t', 'ada@example.com'],
  ['ada@BÜCHER.de', 'ada@xn--bcher-kva.de'],
  ['ada@bu\u0308cher.de', 'ada@xn--bcher-kva.de'],
  ['ada@XN--BCHER-KVA.de', 'ada@xn--bcher-kva.de'],
  ['ada@faß.de', 'ada@xn--fa-hia.de'],
  ['ada@ΣΑΣ.gr', 'ada@xn--mxa9ab.gr'],
])('spellings of one address: %s', (typed, stored) => {
  expect(normalizeEmail(typed)).toBe(stored);
});
