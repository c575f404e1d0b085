import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { ConfigurationError } from 'nestjs-users';
import { checkSecret } from '../../lib/common/keyring.js';

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const ALPHANUMERIC = `${LOWER}${LOWER.toUpperCase()}0123456789`;
const PRINTABLE = Array.from({ length: 94 }, (_, code) => String.fromCharCode(33 + code)).join('');
const pick = (characters: string, length: number) =>
  Array.from({ length }, () => characters[randomInt(characters.length)]).join('');

const GENERATORS: Record<string, () => string> = {
  '16 bytes in hex': () => randomBytes(16).toString('hex'),
  'two UUIDs': () => randomUUID() + randomUUID(),
  '40 printable characters': () => pick(PRINTABLE, 40),
  '32 letters and digits': () => pick(ALPHANUMERIC, 32),
};
for (const bytes of [24, 32, 48]) {
  for (const encoding of ['hex', 'base64', 'base64url'] as const) {
    GENERATORS[`${bytes} bytes in ${encoding}`] = () => randomBytes(bytes).toString(encoding);
  }
}

const MADE_UP = [
  'a'.repeat(36),
  '*'.repeat(32),
  'ab'.repeat(18),
  'abc'.repeat(12),
  '0123456789'.repeat(4),
  '0123456789abcdef'.repeat(2),
  `${LOWER}0123456789`,
  `${LOWER.toUpperCase()}0123456789`,
  'zyxwvutsrqponmlkjihgfedcba9876543210',
  'qwertyuiopasdfghjklzxcvbnm1234567890',
  'qwertzuiopasdfghjklyxcvbnm0987654321',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  'asdf'.repeat(9),
  '!@#$%^&*()_+'.repeat(3),
  '1111222233334444555566667777888899990000',
  '00000000-0000-0000-0000-000000000000',
  'deadbeefdeadbeefdeadbeefdeadbeef',
  'deadbeefcafebabe0123456789abcdef',
  'your-super-secret-jwt-key-change-this-in-production',
  'yourSuperSecretJwtKeyChangeThisInProduction',
  'YOUR_SUPER_SECRET_KEY_CHANGE_ME_IN_PRODUCTION',
  'replace-this-with-a-long-random-string-of-at-least-32-characters',
  'please change me before you deploy to production!!',
  'change-me-change-me-change-me-change-me',
  'this-is-a-very-long-secret-key-for-development-only',
  'my-super-secret-password-which-is-very-long-123',
  'S3cr3tK3yF0rJWT_Ch4ng3_M3_Pl34s3_2024',
  'p4ssw0rdp4ssw0rdp4ssw0rdp4ssw0rd',
  'PasswordPasswordPasswordPassword1!',
  'correct horse battery staple correct horse',
  'correcthorsebatterystaplecorrecthorse',
  'the quick brown fox jumps over the lazy dog',
  'Lorem ipsum dolor sit amet, consectetur adipiscing elit',
  'only for this benchmark, 32 bytes or more',
  'one secret for all processes of an application',
  'nestjs-users-secret-key-for-local-development',
  'a-very-secret-key-that-nobody-will-ever-guess',
  'ThisIsMySecretKeyForSigningTokens2023!',
  'MyCompanyNameProductionSecret2025-MyCompanyName',
  'I love my cat Whiskers and my dog Rex 2019',
  'JWT_SECRET_JWT_SECRET_JWT_SECRET_JWT_SECRET',
  'keyboard cat keyboard cat keyboard cat',
  'Hello, World! Hello, World! Hello, World!',
  Buffer.from('this is a secret key for jwt').toString('base64'),
  Buffer.from('my secret signing key').toString('hex'),
];

const refusalOf = (secret: string): string | undefined => {
  try {
    checkSecret('secret', secret);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message;
  }
};

test.each(Object.entries(GENERATORS))(
  'no secret of a generator is refused: %s, 2,000 of them',
  (_, generate) => {
    const refused = Array.from({ length: 2000 }, generate).filter(
      (secret) => refusalOf(secret) !== undefined,
    );
    expect(refused).toEqual([]);
  },
  60_000,
);

test.each(MADE_UP)('a secret that somebody made up is refused: %s', (secret) => {
  expect(refusalOf(secret)).toMatch(/^nestjs-users: secret can be guessed/);
});

test.each(['\n', '\r\n', ' ', '\t', '\0', '\u00a0', '\ufeff', '\u200b'])(
  'white space or a control character around a secret is refused: %j',
  (blank) => {
    const secret = randomBytes(48).toString('base64');
    for (const padded of [`${secret}${blank}`, `${blank}${secret}`]) {
      expect(refusalOf(padded)).toMatch(/begins or ends with white space .*; trim it\.$/);
    }
    expect(refusalOf(secret)).toBeUndefined();
  },
);

test('seven words of a Diceware list are a secret', () => {
  expect(refusalOf('glimmer-oxidant-tractor-villager-plow-harmonica-disband')).toBeUndefined();
});
