import { normalizeEmail } from './email-address.js';
import type { BaseUser, UserId } from './user.entity.js';
import { InvalidIdentifierError } from './users.errors.js';
import type { UsersSettings } from './users.settings.js';

/** Fields of a user that may be written, and the password that goes with them in clear. */
export type UserFields<User extends BaseUser = BaseUser> = Partial<
  Omit<User, 'passwordHash' | 'tokenVersion'>
> & {
  password?: string;
};

/** What a row is written from. */
export type StoredFields = Partial<BaseUser>;
export type NewFields = StoredFields & Pick<BaseUser, 'email'>;

/** What only this library writes, whoever asks and whatever a DTO declares. */
const INTERNAL = ['id', 'passwordHash', 'tokenVersion', 'createdAt', 'updatedAt'];

/** What users never write of themselves, either. */
const PROTECTED = [...INTERNAL, 'isActive', 'isSuperuser', 'isVerified', 'roles'];

/** What a body asks for, less the fields that nobody may set of themselves. */
export const ownFields = <Fields extends object>(body: Fields): Fields => without(PROTECTED, body);

/**
 * The fields that may be written, with identifier and e-mail address in their stored form.
 * @throws {InvalidIdentifierError}
 */
export function normalizeFields<Fields extends object>(fields: Fields, settings: UsersSettings): Fields {
  const normal = without(INTERNAL, fields) as Record<string, unknown>;
  for (const property of new Set(['email', settings.identifier])) {
    if (normal[property] === undefined) continue;
    const normalize = property === settings.identifier ? settings.normalizeIdentifier : normalizeEmail;
    const value = typeof normal[property] === 'string' ? normalize(normal[property]) : undefined;
    if (value === undefined) throw new InvalidIdentifierError(property);
    normal[property] = value;
  }
  return normal as Fields;
}

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
