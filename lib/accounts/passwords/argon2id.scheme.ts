import { hash, verify } from '@node-rs/argon2';
import { argon2Fault } from './bounds.js';
import type { PasswordScheme } from './password-scheme.js';
import type { PasswordSettings } from './password.settings.js';

// RFC 9106 in the PHC string format.
const PATTERN =
  /^\$argon2id\$v=19\$m=(\d{1,9}),t=(\d{1,6}),p=(\d{1,3})\$[A-Za-z0-9+/]{11,64}\$[A-Za-z0-9+/]{16,128}$/;
/** `Algorithm.Argon2id`: a const enum, which a compiler that sees one file at a time cannot read. */
const ARGON2ID = 2;

export function argon2id(costs: PasswordSettings['argon2id']) {
  const { memoryKibibytes: memoryCost, passes: timeCost, lanes: parallelism } = costs;
  const current = [memoryCost, timeCost, parallelism].join();
  const costsOf = (stored: string) => PATTERN.exec(stored)?.slice(1, 4) ?? [];

  return {
    name: 'argon2id',
    owns: (stored) => PATTERN.test(stored),
    isCurrent: (stored) => costsOf(stored).join() === current,
    fault(stored) {
      const [m = 0, t = 0, p = 0] = costsOf(stored).map(Number);
      return argon2Fault({ m, t, p }, { m: memoryCost, t: timeCost, p: parallelism });
    },
    hash: (password) => hash(password, { algorithm: ARGON2ID, memoryCost, timeCost, parallelism }),
    verify: (password, stored) => verify(stored, password),
  } satisfies PasswordScheme;
}
