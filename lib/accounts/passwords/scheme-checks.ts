import { ConfigurationError } from '../../common/configuration-error.js';
import type { GuardedScheme } from './guarded-scheme.js';
import type { PasswordScheme } from './password-scheme.js';

export const SCHEME_NAMES = ['argon2id', 'bcrypt'] as const;

/** How a password may be hashed: `argon2id` (RFC 9106) or `bcrypt`. */
export type PasswordSchemeName = (typeof SCHEME_NAMES)[number];

const METHODS = ['owns', 'verify'] as const;
const OPTIONAL_METHODS = ['fault', 'hash', 'isCurrent', 'refusal'] as const;

/** @throws {ConfigurationError} */
export function requireSchemes(given: unknown): (PasswordSchemeName | PasswordScheme)[] {
  const uncalled = [given].flat().find((each) => typeof each === 'function') as { name: string } | undefined;
  if (uncalled)
    throw new ConfigurationError(
      `passwords.schemes: ${uncalled.name} lacks its parentheses; write ${uncalled.name}().`,
    );
  if (!Array.isArray(given) || given.length === 0 || !given.every(isNameOrObject)) {
    throw new ConfigurationError(
      `passwords.schemes must name one or more of ${SCHEME_NAMES.join(', ')}, or list scheme objects, such as those of nestjs-users/schemes.`,
    );
  }
  for (const [index, scheme] of given.entries()) {
    if (typeof scheme === 'object') requireScheme(`passwords.schemes[${index}]`, scheme);
  }
  const [first] = given;
  if (typeof first === 'object' && !(first.hash && first.isCurrent)) {
    throw new ConfigurationError(
      `passwords.schemes: ${first.name} stands first, so it hashes new passwords, but it has no ${first.hash ? 'isCurrent' : 'hash'}(); put 'argon2id' before it.`,
    );
  }
  return given;
}

const isNameOrObject = (each: unknown): each is PasswordSchemeName | PasswordScheme =>
  SCHEME_NAMES.includes(each as PasswordSchemeName) || (typeof each === 'object' && each !== null);

function requireScheme(path: string, scheme: PasswordScheme): void {
  if (typeof scheme.name !== 'string' || !/^[\w .:-]{1,64}$/.test(scheme.name)) {
    throw new ConfigurationError(
      `${path}.name must be a text of 1 to 64 letters, digits, blanks and hyphens, because messages and the log name the scheme.`,
    );
  }
  const missing = METHODS.find((name) => typeof scheme[name] !== 'function');
  const wrong = OPTIONAL_METHODS.find(
    (name) => scheme[name] !== undefined && typeof scheme[name] !== 'function',
  );
  if (missing ?? wrong) throw new ConfigurationError(`${path}.${missing ?? wrong} must be a function.`);
  const { examples = [] } = scheme;
  if (!Array.isArray(examples) || !examples.every((each) => typeof each === 'string')) {
    throw new ConfigurationError(`${path}.examples must be a list of hashes.`);
  }
}

/**
 * Requires that each scheme judges its own hashes.
 * @throws {ConfigurationError}
 */
export function requireDistinct(schemes: readonly GuardedScheme[]): void {
  for (const [index, scheme] of schemes.entries()) {
    const earlier = schemes.slice(0, index);
    if (earlier.some(({ name }) => name === scheme.name)) {
      throw new ConfigurationError(`passwords.schemes has ${scheme.name} twice; leave one out.`);
    }
    for (const example of scheme.examples) {
      const owner = earlier.find((each) => each.owns(example));
      if (owner) {
        throw new ConfigurationError(
          `passwords.schemes: ${owner.name} stands before ${scheme.name} and owns its hashes, too, so ${scheme.name} would judge none of them; leave one of the two out.`,
        );
      }
      if (!scheme.owns(example)) {
        throw new ConfigurationError(`passwords.schemes: ${scheme.name} does not own its own examples.`);
      }
    }
  }
}

/**
 * The hash of a secret by the scheme that hashes new passwords.
 * @param isOurs whether it need not be tried
 * @throws {ConfigurationError} if a login with this hash would not work
 */
export async function requireHashing(
  scheme: GuardedScheme,
  secret: string,
  isOurs: boolean,
): Promise<string> {
  const fails = (what: string) =>
    new ConfigurationError(`passwords.schemes: ${scheme.name} hashes new passwords, but ${what}.`);

  const hash = await scheme.hash(secret).catch(() => {
    throw fails(
      'its hash() failed for a password of 32 characters, or gave a hash that it does not own; see the log',
    );
  });
  if (isOurs) return hash;
  const fault = scheme.fault(hash);
  if (fault !== undefined) throw fails(`its own hash ${fault}`);
  if (!scheme.isCurrent(hash))
    throw fails('its isCurrent() does not accept its own hash, so each login would hash again');
  const answers = [await scheme.verify(secret, hash), await scheme.verify(`${secret}x`, hash)];
  if (answers.join() !== 'true,false')
    throw fails('its verify() does not tell a right password from a wrong one');
  return hash;
}
