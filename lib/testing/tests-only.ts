import { ConfigurationError } from '../common/configuration-error.js';

/**
 * A fake that reaches real users by accident would let anyone in, or store hashes that protect no password.
 * @param name the function of the kit that was called
 * @throws {ConfigurationError} if `NODE_ENV` is `production`
 */
export function refuseInProduction(name: string): void {
  if (process.env['NODE_ENV'] !== 'production') return;
  throw new ConfigurationError(
    `${name}() of nestjs-users/testing is only for tests, and NODE_ENV is production; remove the call.`,
  );
}
