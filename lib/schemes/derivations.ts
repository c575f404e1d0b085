import { verify as verifyArgon2 } from '@node-rs/argon2';
import {
  hash as digest,
  pbkdf2 as pbkdf2Callback,
  scrypt as scryptCallback,
  timingSafeEqual,
} from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { bcryptMatches } from '../accounts/passwords/bcrypt.scheme.js';
import { type Argon2Costs, argon2Fault, bcryptFault } from '../accounts/passwords/bounds.js';

const pbkdf2Async = promisify(pbkdf2Callback);
const scryptAsync = promisify<string, Buffer, number, object, Buffer>(scryptCallback);

/** A hash that was read from a row. */
export interface Derivation {
  /** Why it costs too much, in words that follow "the hash". */
  fault: string | undefined;
  matches: (password: string) => Promise<boolean>;
}

const MOST_PBKDF2_ROUNDS = 10_000_000;
const MOST_SCRYPT_N = 2 ** 17;
const MOST_SCRYPT_BYTES = 2 ** 27;
/** Four times what OWASP recommends: N = 2^17, r = 8, p = 1. */
const MOST_SCRYPT_WORK = 2 ** 22;
const MOST_MD5_ROUNDS = 2 ** 16;
const MD5_ROUNDS_A_TURN = 128;

/** A shorter one would match too many passwords. */
const SHORTEST_KEY = 16;
const LONGEST_KEY = 64;
/** The length of a digest, in bytes. */
export const DIGEST_BYTES = { sha1: 20, sha256: 32, sha512: 64 } as const;
export type Digest = keyof typeof DIGEST_BYTES;

interface Key {
  salt: Buffer;
  expected: Buffer;
}

/** RFC 8018. */
export function pbkdf2(key: Key & { digest: Digest; rounds: number }): Derivation {
  const { salt, expected, rounds } = key;
  // Each block of the key takes all rounds.
  const work = rounds * Math.ceil(expected.length / DIGEST_BYTES[key.digest]);
  const isPossible = rounds >= 1 && work <= MOST_PBKDF2_ROUNDS;
  return {
    fault:
      keyFault(expected) ??
      (isPossible
        ? undefined
        : `must have from 1 to ${MOST_PBKDF2_ROUNDS} rounds of PBKDF2, times the blocks of its key`),
    matches: async (password) =>
      timingSafeEqual(await pbkdf2Async(password, salt, rounds, expected.length, key.digest), expected) &&
      isWhole(password),
  };
}

/** The costs of scrypt: N, block size, parallelism. */
export interface ScryptCosts {
  N: number;
  r: number;
  p: number;
}

/** RFC 7914. */
export function scrypt(key: Key & ScryptCosts): Derivation {
  const { salt, expected, ...costs } = key;
  return {
    fault: keyFault(expected) ?? scryptFault(costs),
    matches: async (password) =>
      timingSafeEqual(await scryptKey(password, salt, expected.length, costs), expected) && isWhole(password),
  };
}

export const scryptKey = (
  password: string,
  salt: Buffer,
  length: number,
  { N, r, p }: ScryptCosts,
): Promise<Buffer> =>
  // OpenSSL counts a little more than 128 N r bytes.
  scryptAsync(password, salt, length, { N, r, p, maxmem: 2 * MOST_SCRYPT_BYTES });

export function scryptFault({ N, r, p }: ScryptCosts): string | undefined {
  if (N < 2 || N > MOST_SCRYPT_N || !Number.isInteger(Math.log2(N)))
    return `must have a scrypt N that is a power of 2 from 2 to ${MOST_SCRYPT_N}`;
  if (r < 1 || 128 * N * r > MOST_SCRYPT_BYTES)
    return `must need at most ${MOST_SCRYPT_BYTES / 2 ** 20} MiB for scrypt, which are 128 times N times r bytes`;
  return p >= 1 && N * r * p <= MOST_SCRYPT_WORK
    ? undefined
    : `must have a scrypt N times r times p of at most ${MOST_SCRYPT_WORK}`;
}

/**
 * HMAC pads its key with NULs (RFC 2104), and PBKDF2 and scrypt take the password for the key. So further NULs at the end
 * would match, too.
 */
export const isWhole = (password: string): boolean => !password.endsWith('\0');

const keyFault = ({ length }: Buffer): string | undefined =>
  length >= SHORTEST_KEY && length <= LONGEST_KEY
    ? undefined
    : `must have a key of ${SHORTEST_KEY} to ${LONGEST_KEY} bytes`;

/** @param secretOf what the other system gave bcrypt in place of the password */
export const bcryptOf = (
  stored: string,
  secretOf: (password: string) => string = (password) => password,
): Derivation => ({
  fault: bcryptFault(Number(stored.slice(4, 6))),
  matches: (password) => bcryptMatches(secretOf(password), stored),
});

/** @param phc a PHC string; without a version, it is of version 1.0 */
export function argon2(phc: string, costs: Argon2Costs): Derivation {
  return { fault: argon2Fault(costs), matches: (password) => verifyArgon2(phc, password) };
}

/**
 * MD5 over and over, as phpass does. Node.js has no asynchronous MD5, so other requests get their turn after each part of the
 * rounds.
 */
export function md5Rounds({ salt, expected, rounds }: Key & { rounds: number }): Derivation {
  return {
    fault: rounds <= MOST_MD5_ROUNDS ? undefined : `must have at most ${MOST_MD5_ROUNDS} rounds of MD5`,
    async matches(password) {
      const secret = Buffer.from(password);
      let key = digest('md5', Buffer.concat([salt, secret]), 'buffer');
      for (let round = 0; round < rounds; round++) {
        if (round % MD5_ROUNDS_A_TURN === 0) await nextTurn();
        key = digest('md5', Buffer.concat([key, secret]), 'buffer');
      }
      return timingSafeEqual(key, expected);
    },
  };
}
