/** Words of example secrets, of the sentences around them, and of keyboard patterns. */
const COMMON_WORDS = [
  'access account admin administrator api app application auth authentication backend base64 bearer bytes',
  'changed changeit changeme change characters chars client company config cookie credentials default demo dev',
  'development docker docs dummy encryption env example express fake fastify foobar generate generated hash',
  'hello hs256 hs512 insert insecure jsonwebtoken jwt key keyboard least letmein local localhost login long',
  'longer master minimum more my mysecret nest nestjs never node nodejs only pass passphrase passw password',
  'passwd phrase placeholder please postgres private prod production project public put qwerty random real',
  'refresh replace replaced root safe sample secrets secret secure security server service session set shared',
  'should sign signing some something staging string strong super supersecret temp temporary test testing text',
  'todo token top typeorm unsafe use user users value verification very web welcome world your you the this',
  'that and for with from not have has are was will must can all any but here now one two before after into',
  'over our its about correct horse battery staple quick brown fox jumps lazy dog lorem ipsum dolor sit amet',
  'consectetur adipiscing elit cat iloveyou dragon monkey abc asdf foo bar baz qux xxx deadbeef cafebabe',
  'entropy enough thirty hundred',
].flatMap((line) => line.split(' '));

const KEYBOARD = [
  ...['1234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'azertyuiop', 'qwertzuiop', '!@#$%^&*()_+'],
  ...['qazwsxedcrfvtgbyhnujmikolp', '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p'],
];
const KEYBOARD_RUNS = [...KEYBOARD, ...KEYBOARD.map((row) => row.split('').reverse().join(''))];

/** The beginning of a key file is enough to rate it. */
const LONGEST_JUDGED = 2048;
const BITS_OF_WHAT_IS_GUESSED = 4;
/** A word from a dictionary of some thousand words. */
const BITS_OF_A_WORD = 12;
/** A long run of letters is several words without blanks between them. */
const LEAST_BITS_A_LETTER = 2;
const BITS_OF_A_SHORT_WORD = { 1: 3, 2: 5, 3: 8 } as const;

const SHORTEST_REPEAT = 4;
const SHORTEST_RUN = 4;
/** Replaces a part that was found, so that the parts beside it do not become one word. */
const GAP = '\0';

/**
 * About how many bits an attacker must guess who knows how people make up secrets. Repetitions, sequences and
 * common example words count almost nothing, other words count as one word each, and the rest counts by its
 * entropy. It does not measure randomness: a generated secret keeps most of its bits.
 */
export function guessedBits(whole: string): number {
  const secret = whole.slice(0, LONGEST_JUDGED);
  const readings = [secret, ...ENCODINGS.flatMap((encoding) => textWithin(secret, encoding) ?? [])];
  return Math.min(...readings.map(bitsOf));
}

const ENCODINGS = ['hex', 'base64', 'base64url'] as const;

/** The text that a person encoded by hand, if the secret is one. */
function textWithin(secret: string, encoding: (typeof ENCODINGS)[number]): string | undefined {
  const bytes = Buffer.from(secret, encoding);
  const text = bytes.toString();
  // Random bytes are never all printable.
  return bytes.length >= (secret.length * 3) / 8 && /^[\x20-\x7e]+$/.test(text) ? text : undefined;
}

function bitsOf(secret: string): number {
  const [remains, patterns] = withoutPatterns(secret);
  const [rest, words] = withoutWords(remains);
  return patterns + words + spread(rest, secret);
}

/** Takes out repetitions, sequences and keyboard patterns. */
function withoutPatterns(secret: string): [remains: string, bits: number] {
  const lower = secret.toLowerCase();
  let [remains, bits] = ['', 0];
  for (let at = 0; at < secret.length;) {
    const length = Math.max(repeatAt(lower, at), sequenceAt(lower, at), keyboardRunAt(lower, at));
    if (length > 0) bits += BITS_OF_WHAT_IS_GUESSED;
    remains += length > 0 ? GAP : secret[at];
    at += Math.max(1, length);
  }
  return [remains, bits];
}

/** How many characters from here on repeat an earlier part. The two may overlap, as in `abcabcabc`. */
function repeatAt(text: string, at: number): number {
  const isRunOfOne = text[at] === text[at - 1] && text[at] === text[at + 1];
  let length = isRunOfOne ? 2 : SHORTEST_REPEAT;
  if (!text.slice(0, at + length - 1).includes(text.slice(at, at + length))) return 0;
  if (at + length > text.length) return 0;
  while (at + length < text.length && text.slice(0, at + length).includes(text.slice(at, at + length + 1))) {
    length++;
  }
  return length;
}

function sequenceAt(text: string, at: number): number {
  const step = text.charCodeAt(at + 1) - text.charCodeAt(at);
  if (Math.abs(step) !== 1) return 0;
  let end = at + 1;
  while (text.charCodeAt(end + 1) - text.charCodeAt(end) === step) end++;
  const length = end - at + 1;
  return length >= SHORTEST_RUN ? length : 0;
}

function keyboardRunAt(text: string, at: number): number {
  let length = SHORTEST_RUN;
  const isRun = () =>
    at + length <= text.length && KEYBOARD_RUNS.some((row) => row.includes(text.slice(at, at + length)));
  while (isRun()) length++;
  return length > SHORTEST_RUN ? length - 1 : 0;
}

const byLength = [...new Set(COMMON_WORDS)].sort((one, other) => other.length - one.length);
const COMMON = new RegExp(byLength.join('|'), 'g');
const YEAR = /(?<!\d)(?:19|20)\d\d(?!\d)/g;
const LETTERS = /[A-Z]?[a-z]{3,}|[A-Z]{4,}/g;
/**
 * Between blanks and punctuation, a short word counts as a word, and a short number as one that a person
 * remembers.
 */
const SHORT_WORD = /(?<=^|[\s\0_.,:;!?'’/-])(?:[A-Za-z]{1,3}|\d{1,3})(?=$|[\s\0_.,:;!?'’/-])/g;
/** Separators between words add nothing. */
const BETWEEN_WORDS = /(?<=\0)[\s_.,:;!?'’/-]+(?=\0|$)/g;
/** A hexadecimal secret has no words. Read as leet, many of its digits would look like words. */
const HEXADECIMAL = /^[\da-f\0-]+$/i;
const LEET: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  '@': 'a',
  $: 's',
};

function withoutWords(text: string): [rest: string, bits: number] {
  if (HEXADECIMAL.test(text)) return [text.replaceAll(GAP, ''), 0];
  let bits = 0;
  let rest = text;
  const take = (at: number, length: number, cost: number) => {
    bits += cost;
    rest = rest.slice(0, at) + GAP.repeat(length) + rest.slice(at + length);
  };

  const plain = rest.toLowerCase().replace(/[013457@$]/g, (sign) => LEET[sign] ?? sign);
  for (const { 0: word, index } of plain.matchAll(COMMON)) take(index, word.length, BITS_OF_WHAT_IS_GUESSED);
  for (const { 0: word, index } of rest.matchAll(YEAR)) take(index, word.length, BITS_OF_WHAT_IS_GUESSED);
  for (const { 0: word, index } of rest.matchAll(LETTERS)) {
    const cost = Math.max(BITS_OF_A_WORD, LEAST_BITS_A_LETTER * word.length);
    if (looksLikeAWord(word)) take(index, word.length, cost);
  }
  for (const { 0: word, index } of rest.matchAll(SHORT_WORD)) {
    take(index, word.length, BITS_OF_A_SHORT_WORD[word.length as 1 | 2 | 3]);
  }
  return [rest.replace(BETWEEN_WORDS, '').replaceAll(GAP, ''), bits];
}

/**
 * Pairs of letters that are frequent in English: each group is a letter and the letters that often follow it.
 */
const PAIRS = [
  'abcdfgiklmnprstuvwy baeijlorsuy cacehiklorstuy dadeilorsu eabcdefgilmnopqrstvwxy faefiloruy',
  'gaehilnorsu haeiort iabcdefglmnoprstvxz jes keis ladeilostuy mabeimopsuy nacdefgiklnostuvy',
  'oabcdfgiklmnoprstuvw paehiloprstu qu racdegiklmnorstuvy sacehilopstuy tacehilorstuy uabcdeilmnprst',
  'vaei waehinors xept ynopst ze',
].flatMap((line) => line.split(' '));
const FREQUENT_PAIRS = new Set(
  PAIRS.flatMap(([first = '', ...followers]) => followers.map((letter) => first + letter)),
);

/** Whether the letters follow each other as in words. Of random runs, one in twenty looks like that. */
function looksLikeAWord(letters: string): boolean {
  const word = letters.toLowerCase();
  const pairs = Array.from({ length: word.length - 1 }, (_, at) => word.slice(at, at + 2));
  return pairs.filter((pair) => FREQUENT_PAIRS.has(pair)).length >= 0.75 * pairs.length;
}

/** The Shannon entropy of some characters, by how often each occurs in the whole. */
function spread(characters: string, whole: string): number {
  const counts = new Map<string, number>();
  for (const character of whole.split('')) counts.set(character, (counts.get(character) ?? 0) + 1);
  return characters
    .split('')
    .reduce((bits, character) => bits - Math.log2((counts.get(character) ?? 1) / whole.length), 0);
}
