import { ConfigurationError } from '../common/configuration-error.js';

/**
 * The error for a decorator without parentheses or with wrong arguments.
 * @param given the arguments of the call; without parentheses, these are a class, or a prototype and a name
 * @param example the correct use
 */
export function bareDecorator(given: readonly unknown[], name: string, example: string): ConfigurationError {
  const [target, member] = given;
  const isBare = typeof target === 'function' || given.length > 1;
  if (!isBare) return new ConfigurationError(`@${name} has the wrong arguments; write ${example}.`);
  const owner = typeof target === 'function' ? target : (Object(target) as object).constructor;
  const place = [owner.name, member].filter((each) => typeof each === 'string').join('.');
  return new ConfigurationError(`@${name} at ${place} lacks its parentheses; write ${example}.`);
}
