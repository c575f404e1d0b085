import * as bcryptModule from 'bcrypt';
import { bcryptFault } from './bounds.js';
import type { PasswordScheme } from './password-scheme.js';
import type { PasswordSettings } from './password.settings.js';

/** The forms `$2a$`, `$2b$` and PHP's `$2y$`. */
export const BCRYPT_PATTERN = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
/** bcrypt ignores further bytes, so two longer passwords could match each other's hash. */
const LONGEST_BYTES = 72;

/** Why bcrypt does not cover the whole password. */
export const bcryptRefusal = (password: string): string | undefined =>
  Buffer.byteLength(password) > LONGEST_BYTES
    ? `Password should be at most ${LONGEST_BYTES} bytes`
    : undefined;

/** $2y$ is PHP's name for the same algorithm. */
export const bcryptMatches = (secret: string, stored: string): Promise<boolean> =>
  bcryptModule.compare(secret, stored.replace(/^\$2y/, '$2b'));

export function bcrypt({ rounds, acceptTruncated }: PasswordSettings['bcrypt']) {
  const costOf = (stored: string) => Number(BCRYPT_PATTERN.exec(stored)?.[1]);

  return {
    name: 'bcrypt',
    owns: (stored) => BCRYPT_PATTERN.test(stored),
    isCurrent: (stored) => costOf(stored) === rounds,
    fault: (stored) => bcryptFault(costOf(stored), rounds),
    refusal: bcryptRefusal,
    hash: (password) => bcryptModule.hash(password, rounds),
    verify: async (password, stored) =>
      (await bcryptMatches(password, stored)) && (acceptTruncated || bcryptRefusal(password) === undefined),
  } satisfies PasswordScheme;
}
