import * as bcryptModule from 'bcrypt';
import type { PasswordScheme } from './password-scheme.js';
import type { PasswordSettings } from './password.settings.js';

const PATTERN = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
/** bcrypt ignores further bytes, so two longer passwords could match each other's hash. */
const LONGEST_BYTES = 72;

export function bcrypt({ rounds, acceptTruncated }: PasswordSettings['bcrypt']): PasswordScheme {
  const isTooLong = (password: string) => Buffer.byteLength(password) > LONGEST_BYTES;

  return {
    owns: (stored) => PATTERN.test(stored),
    isCurrent: (stored) => Number(PATTERN.exec(stored)?.[1]) === rounds,
    refusal: (password) =>
      isTooLong(password) ? `Password should be at most ${LONGEST_BYTES} bytes` : undefined,
    hash: (password) => bcryptModule.hash(password, rounds),
    async verify(stored, password) {
      // $2y$ is PHP's name for the same algorithm.
      const matches = await bcryptModule.compare(password, stored.replace(/^\$2y/, '$2b'));
      return matches && (acceptTruncated || !isTooLong(password));
    },
  };
}
