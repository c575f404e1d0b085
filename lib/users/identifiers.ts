import { requireFunction } from '../common/option-checks.js';
import { normalizeEmail, type NormalizeIdentifier, normalizeName } from './email-address.js';
import type { BaseUser } from './user.entity.js';

/** The properties by which users log in, and the stored form of each. */
export interface Identifiers {
  /** One property, or `email` and a second one, in the order of the option. */
  identifiers: readonly string[];
  normalizeIdentifier: NormalizeIdentifier;
  /** Whether the stored forms are the library's own, in lower case. */
  areOurForms: boolean;
}

export const IDENTIFIERS = Symbol('nestjs-users: identifiers');

/** A property by which a user is found, and its value in the stored form. */
export interface Identifier {
  property: string;
  value: string;
}

/** The field of a login's body: the identifier's name, or `identifier` if there are two. */
export const loginField = ([first = 'email', second]: readonly string[]): string =>
  second === undefined ? first : 'identifier';

/** The credentials of a login: the password, and an identifier under its own name or as `identifier`. */
export interface LoginCredentials {
  password: string;
}

/**
 * @throws {TypeError} if there is no identifier: a mistake in the calling code, because routes validate the
 * body
 */
export function typedIdentifier(login: LoginCredentials, identifiers: readonly string[]): string {
  const fields = [loginField(identifiers), ...identifiers, 'identifier'];
  const given = login as unknown as Record<string, unknown>;
  const field = fields.find((name) => typeof given[name] === 'string');
  if (field !== undefined) return given[field] as string;
  throw new TypeError(`A login needs ${[...new Set(fields)].join(' or ')}, a text.`);
}

/**
 * The identifier that a typed text stands for; `undefined` if it is malformed. With two identifiers, `@`
 * decides: every address has one, and no other identifier may have one. So no text is one user's name and
 * another user's address.
 */
export function identifierOf(
  text: string,
  { identifiers, normalizeIdentifier }: Identifiers,
): Identifier | undefined {
  const [first = 'email', second] = identifiers;
  const other = first === 'email' ? second : first;
  const property = second === undefined ? first : text.includes('@') ? 'email' : other;
  const value = normalizeIdentifier(text, property);
  return value === undefined ? undefined : { property, value };
}

/**
 * @param own the host's own function; it never gets a text that is too long, so a client cannot keep it busy
 */
export function resolveIdentifiers(identifiers: readonly string[], own?: NormalizeIdentifier): Identifiers {
  if (own !== undefined) {
    requireFunction(
      'normalizeIdentifier',
      own,
      'that returns the stored form of an identifier, or undefined',
    );
  }
  const areOurForms = own === undefined || own === normalizeEmail || own === normalizeName;
  const normalizeIdentifier: NormalizeIdentifier = (text, property = identifiers[0]) => {
    if (text.length > LONGEST_IDENTIFIER) return undefined;
    if (!own) return names(ruleOf(property)(text), property, identifiers);
    const normal: unknown = own(text, property);
    return isStorable(normal) ? names(normal, property, identifiers) : undefined;
  };
  return { identifiers, normalizeIdentifier, areOurForms };
}

/** The stored form of an address or of another identifier; `undefined` if it is not acceptable. */
export const normalizeProperty = (
  text: string,
  property: string,
  { identifiers, normalizeIdentifier }: Identifiers,
): string | undefined =>
  identifiers.includes(property) ? normalizeIdentifier(text, property) : normalizeEmail(text);

const LONGEST_IDENTIFIER = 1024;
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/**
 * Refuses what a host's own rule may overlook: texts that a database would store changed, and line breaks in a
 * mail.
 */
const isStorable = (normal: unknown): normal is string =>
  typeof normal === 'string' && normal !== '' && normal.isWellFormed() && !CONTROL.test(normal);

/**
 * An address must have an `@`, also after a host's own rule. With two identifiers, the other one must not have
 * an `@`.
 */
function names(
  normal: string | undefined,
  property: string | undefined,
  identifiers: readonly string[],
): string | undefined {
  if (property === 'email') return normal !== undefined && normal.indexOf('@') > 0 ? normal : undefined;
  return identifiers.length > 1 && normal?.includes('@') ? undefined : normal;
}

const ruleOf = (property: string | undefined): NormalizeIdentifier =>
  property === 'email' ? normalizeEmail : normalizeName;

/**
 * The values by which a user can log in. A name with `@`, from before there were two identifiers, is left out:
 * it cannot be used to log in, and it may be another user's address. The user's failed logins are counted under
 * the first value.
 */
export const accountsOf = (user: BaseUser, { identifiers }: Pick<Identifiers, 'identifiers'>): string[] =>
  identifiers
    .map((property) => [property, (user as unknown as Record<string, unknown>)[property]] as const)
    .flatMap(([property, value]) =>
      typeof value === 'string' && names(value, property, identifiers) !== undefined ? [value] : [],
    );
