import { ConfigurationError } from '../common/configuration-error.js';

/** What `NODE_ENV` may be: not set at all, or one of these, in any case. */
const ENVIRONMENTS_OF_TESTS = ['', 'test', 'development'];

/**
 * A fake that reaches real users by accident would let anyone in, or store hashes that protect no password. A list of
 * what is allowed, because a server calls itself `production`, `prod`, `staging` and other names.
 * @param name the function of the kit that was called
 * @throws {ConfigurationError} if `NODE_ENV` is set, and is neither `test` nor `development`
 */
export function refuseOutsideTests(name: string): void {
  const { NODE_ENV = '' } = process.env;
  if (ENVIRONMENTS_OF_TESTS.includes(NODE_ENV.trim().toLowerCase())) return;
  throw new ConfigurationError(
    `${name}() of nestjs-users/testing is only for tests, and NODE_ENV is ${NODE_ENV}; remove the call, or set NODE_ENV to test.`,
  );
}
