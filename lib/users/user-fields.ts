import { type Identifiers, normalizeProperty } from './identifiers.js';
import type { Precondition } from './precondition.js';
import type { BaseUser, UserId } from './user.entity.js';
import { InvalidIdentifierError } from './users.errors.js';

/** The fields of a user that may be written, with the password in clear text. */
export type UserFields<User extends BaseUser = BaseUser> = {
  [Name in Exclude<keyof User, 'passwordHash' | 'tokenVersion'>]?: Written<User[Name]>;
} & {
  password?: string;
};

/** A part of an embedded object is enough. */
type Written<Value> = Value extends Date | readonly unknown[] | ((...given: never[]) => unknown)
  ? Value
  : Value extends object
    ? Partial<Value>
    : Value;

/**
 * The fields that `addUser()` takes, also those that a user keeps from another application. `id` must be a
 * value that the column can hold, `createdAt` a valid Date, and `passwordHash` excludes `password`.
 * `tokenVersion` and `updatedAt` are refused.
 */
export type AddedUserFields<User extends BaseUser = BaseUser> = Omit<UserFields<User>, 'updatedAt'> & {
  /** A hash of one of `passwords.schemes`, instead of `password`; `null` for a user without a password. */
  passwordHash?: string | null;
};

/** How `addUser()` creates a user. */
export interface AddUserParameters {
  /** Whether the address counts as verified. Default: `isVerified` of the fields, or false. */
  verify?: boolean | undefined;
  /** Whether the user is active. Default: `isActive` of the fields, or true. */
  activate?: boolean | undefined;
  /** Conditions that must still hold when the user is stored; see `Precondition`. Default: none. */
  preconditions?: readonly Precondition[] | undefined;
}

/** The values that are written to a row. */
export type StoredFields = Partial<BaseUser>;
/** Only `addUser()` may set an `id`. */
export type NewFields = StoredFields & Pick<BaseUser, 'email'>;

/** Fields that only this library writes, also if a DTO declares them. */
const INTERNAL = ['id', 'passwordHash', 'tokenVersion', 'createdAt', 'updatedAt'];

/** Fields that users may not set on themselves either. */
const PROTECTED = [...INTERNAL, 'isActive', 'isSuperuser', 'isVerified', 'roles'];

/** Removes the fields that users may not set on themselves. */
export const ownFields = <Fields extends object>(body: Fields): Fields => without(PROTECTED, body);

/** Removes the fields that only code may set. */
export const withoutInternal = <Fields extends object>(body: Fields): Fields => without(INTERNAL, body);

/**
 * The fields that may be written, with the identifiers and the e-mail address in their stored form.
 * @throws {InvalidIdentifierError}
 */
export function normalizeFields<Fields extends object>(fields: Fields, settings: Identifiers): Fields {
  const normal = withoutInternal(fields) as Record<string, unknown>;
  for (const property of new Set(['email', ...settings.identifiers])) {
    const given = normal[property];
    if (given === undefined || mayBeNull(property, given, settings.identifiers)) continue;
    const value = typeof given === 'string' ? normalizeProperty(given, property, settings) : undefined;
    if (value === undefined) throw new InvalidIdentifierError(property);
    normal[property] = value;
  }
  return normal as Fields;
}

/** With two identifiers, a user need not have the one that is not the address. */
const mayBeNull = (property: string, value: unknown, identifiers: readonly string[]): boolean =>
  value === null && property !== 'email' && identifiers.length > 1;

/** Whether this is a user as a repository returned them, and not an id. */
export const isLoaded = <User extends BaseUser>(target: User | UserId): target is User =>
  typeof target === 'object' && 'tokenVersion' in Object(target);

/** Whether one of these fields would get another value. */
export function isChanged(changes: object, user: object, names: readonly string[]): boolean {
  const wanted = changes as Record<string, unknown>;
  const current = user as Record<string, unknown>;
  return names.some((name) => wanted[name] !== undefined && wanted[name] !== current[name]);
}

function without<Fields extends object>(names: readonly string[], fields: Fields): Fields {
  const entries = Object.entries(fields).filter(
    ([name, value]) => value !== undefined && !names.includes(name),
  );
  return Object.fromEntries(entries) as Fields;
}
