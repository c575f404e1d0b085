import { normalizeEmail } from './email-address.js';
import type { BaseUser } from './user.entity.js';
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

/** What users never write of themselves, whatever a DTO declares. */
const PROTECTED = [
  'id',
  'isActive',
  'isSuperuser',
  'isVerified',
  'roles',
  'passwordHash',
  'tokenVersion',
  'createdAt',
  'updatedAt',
];

/** What a body asks for, less the fields that nobody may set of themselves. */
export function ownFields<Fields extends object>(body: Fields): Fields {
  const entries = Object.entries(body).filter(
    ([name, value]) => value !== undefined && !PROTECTED.includes(name),
  );
  return Object.fromEntries(entries) as Fields;
}

/**
 * The same fields with identifier and e-mail address in their stored form.
 * @throws {InvalidIdentifierError}
 */
export function normalizeFields<Fields extends object>(fields: Fields, settings: UsersSettings): Fields {
  const normal: Record<string, unknown> = Object.fromEntries(Object.entries(fields));
  for (const property of new Set(['email', settings.identifier])) {
    if (normal[property] === undefined) continue;
    const normalize = property === settings.identifier ? settings.normalizeIdentifier : normalizeEmail;
    const value = typeof normal[property] === 'string' ? normalize(normal[property]) : undefined;
    if (value === undefined) throw new InvalidIdentifierError(property);
    normal[property] = value;
  }
  return normal as Fields;
}
