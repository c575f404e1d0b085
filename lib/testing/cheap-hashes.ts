import { ACCOUNTS_SETTINGS, type AccountsSettings } from '../accounts/accounts.settings.js';
import type { PasswordOptions } from '../accounts/passwords/password.settings.js';
import { Passwords } from '../accounts/passwords/passwords.js';
import type { ModuleBuilder } from './module-builder.js';
import { refuseOutsideTests } from './tests-only.js';

/** The least that the two functions accept. */
const ARGON2ID = { memoryKibibytes: 8, passes: 1, lanes: 1 };
const BCRYPT = { rounds: 4 };

/**
 * The value of the option `passwords` with the cheapest hashes that there are.
 * @param rules the other rules of the option
 * @throws {ConfigurationError} if `NODE_ENV` is set, and is neither `test` nor `development`
 * @example UsersModule.forRoot({ …, passwords: cheapHashes({ minLength: 12 }) })
 */
export function cheapHashes(rules: PasswordOptions = {}): PasswordOptions {
  refuseOutsideTests('cheapHashes');
  return { ...rules, ...cheap(rules) };
}

/**
 * As {@link cheapHashes}, for an application whose module the test does not write: its own rules stay, such as `minLength`.
 * @returns the builder
 * @throws {ConfigurationError} if `NODE_ENV` is set, and is neither `test` nor `development`
 * @example await withCheapHashes(Test.createTestingModule({ imports: [AppModule] })).compile();
 */
export function withCheapHashes<Builder extends ModuleBuilder>(builder: Builder): Builder {
  refuseOutsideTests('withCheapHashes');
  builder.overrideProvider(Passwords).useFactory({
    inject: [ACCOUNTS_SETTINGS],
    factory: ({ passwords }: AccountsSettings) => Passwords.create({ ...passwords, ...cheap(passwords) }),
  });
  return builder;
}

const cheap = <Given extends PasswordOptions>({ bcrypt }: Given) => ({
  argon2id: ARGON2ID,
  bcrypt: { ...(bcrypt as Given['bcrypt']), ...BCRYPT },
});
