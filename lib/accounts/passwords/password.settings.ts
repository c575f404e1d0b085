import { availableParallelism } from 'node:os';
import { ConfigurationError } from '../../common/configuration-error.js';
import { keysOf } from '../../common/option-keys.js';
import {
  refuseUnknown,
  requireBoolean,
  requireNumber,
  requireWholeNumber,
} from '../../common/option-checks.js';
import type { PasswordScheme } from './password-scheme.js';
import { type PasswordSchemeName, requireSchemes, SCHEME_NAMES } from './scheme-checks.js';

/** The rules for passwords, and how passwords are hashed. */
export interface PasswordOptions {
  /**
   * The first scheme hashes new passwords, and all of them verify. At login, a hash of another scheme, or with other costs,
   * is replaced by a hash of the first scheme. A scheme is a name, or an object that verifies
   * [hashes of another system](../../../docs/hashes-from-elsewhere.md).
   * @default ['argon2id', 'bcrypt']
   */
  schemes?: (PasswordSchemeName | PasswordScheme)[];
  /**
   * The minimum length of a new password, in code points.
   * @default 8
   */
  minLength?: number;
  /**
   * The maximum length of a password, in code points. A longer one is refused before it is hashed.
   * @default `128`, or `minLength` if that is more
   */
  maxLength?: number;
  /**
   * Costs of argon2id. The defaults are OWASP's recommendation.
   * @default {}
   */
  argon2id?: {
    /**
     * The memory of one hash, in KiB.
     * @default 19456
     */
    memoryKibibytes?: number;
    /**
     * How many passes over the memory.
     * @default 2
     */
    passes?: number;
    /**
     * How many lanes.
     * @default 1
     */
    lanes?: number;
  };
  /**
   * Costs of bcrypt, and what it accepts.
   * @default {}
   */
  bcrypt?: {
    /**
     * The cost is 2 to this power.
     * @default 12
     */
    rounds?: number;
    /**
     * Accepts a hash of a [password of more than 72 bytes](../../../docs/passwords.md#longer-passwords-of-an-earlier-system),
     * of which another system gave bcrypt only the first 72. At the first login, every ending after them is accepted. The
     * password as it was sent is then hashed by the first scheme, and all of it must match from then on.
     * @default false
     */
    acceptTruncated?: boolean;
  };
  /**
   * How many hashes run at once.
   * @default the number of cores
   */
  concurrency?: number;
  /**
   * How many hashes wait for their turn. One more is answered `503` with `Retry-After`.
   * @default 128
   */
  queue?: number;
  /**
   * How long the hook [`legacyLogin`](../../../docs/hashes-from-elsewhere.md#a-system-that-gives-no-hashes) may take, in seconds.
   * Where your service has the hook, every failed login is answered this time after it came, so that the time does not tell
   * whom the hook was asked for. The hook has what is left after the hash, so choose more than your slowest stored hash takes.
   * From `0.1` to `30`.
   * @default 3
   */
  legacyLoginSeconds?: number;
}

export interface PasswordSettings extends Required<PasswordOptions> {
  argon2id: Required<NonNullable<PasswordOptions['argon2id']>>;
  bcrypt: Required<NonNullable<PasswordOptions['bcrypt']>>;
}

const PASSWORD_KEYS = keysOf<PasswordOptions>({
  schemes: true,
  minLength: true,
  maxLength: true,
  argon2id: true,
  bcrypt: true,
  concurrency: true,
  queue: true,
  legacyLoginSeconds: true,
});
const ARGON2ID_KEYS = keysOf<PasswordSettings['argon2id']>({
  memoryKibibytes: true,
  passes: true,
  lanes: true,
});
const BCRYPT_KEYS = keysOf<PasswordSettings['bcrypt']>({ rounds: true, acceptTruncated: true });

/** @throws {ConfigurationError} */
export function resolvePasswords(given: PasswordOptions): PasswordSettings {
  refuseUnknown('passwords', given, PASSWORD_KEYS);
  refuseUnknown('passwords.argon2id', given.argon2id ?? {}, ARGON2ID_KEYS);
  refuseUnknown('passwords.bcrypt', given.bcrypt ?? {}, BCRYPT_KEYS);
  const schemes = requireSchemes(given.schemes ?? [...SCHEME_NAMES]);
  const number = (name: string, value: number, least: number, most: number) =>
    requireWholeNumber(`passwords.${name}`, value, least, most);
  const minLength = number('minLength', given.minLength ?? 8, 1, 4096);
  const { memoryKibibytes = 19_456, passes = 2, lanes = 1 } = given.argon2id ?? {};
  return {
    schemes,
    minLength,
    maxLength: number('maxLength', given.maxLength ?? Math.max(128, minLength), minLength, 4096),
    argon2id: {
      memoryKibibytes: number('argon2id.memoryKibibytes', memoryKibibytes, 8 * lanes, 4_194_304),
      passes: number('argon2id.passes', passes, 1, 1000),
      lanes: number('argon2id.lanes', lanes, 1, 255),
    },
    bcrypt: {
      rounds: number('bcrypt.rounds', given.bcrypt?.rounds ?? 12, 4, 31),
      acceptTruncated: resolveAcceptTruncated(schemes, given),
    },
    concurrency: number('concurrency', given.concurrency ?? availableParallelism(), 1, 1024),
    queue: number('queue', given.queue ?? 128, 1, 1_000_000),
    legacyLoginSeconds: requireNumber('passwords.legacyLoginSeconds', given.legacyLoginSeconds ?? 3, 0.1, 30),
  };
}

function resolveAcceptTruncated(
  [first, ...others]: NonNullable<PasswordOptions['schemes']>,
  { bcrypt }: PasswordOptions,
): boolean {
  const acceptTruncated = requireBoolean(
    'passwords.bcrypt.acceptTruncated',
    bcrypt?.acceptTruncated ?? false,
  );
  if (acceptTruncated && (first === 'bcrypt' || !others.includes('bcrypt'))) {
    throw new ConfigurationError(
      "passwords.bcrypt.acceptTruncated needs passwords.schemes to be ['argon2id', 'bcrypt'], or 'bcrypt' to stand behind another scheme: bcrypt recognises the hash, and the first scheme takes the whole password.",
    );
  }
  return acceptTruncated;
}
