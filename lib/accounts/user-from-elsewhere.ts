import type { UserId } from '../users/user.entity.js';
import type { AddedUserFields } from '../users/user-fields.js';

/** The fields that a user keeps from another application. */
export interface KeptFields {
  id?: UserId;
  passwordHash?: string | null;
  createdAt?: Date;
}

/** Checks whether ids and hashes can be kept. */
interface Judges {
  parseId: (id: unknown) => UserId | undefined;
  /** Describes the possible ids, in words. */
  ids: string;
  /** Why a hash cannot be used, in words that follow its name. */
  hashFault: (hash: unknown) => string | undefined;
}

const NEVER_GIVEN = ['tokenVersion', 'updatedAt'];

/**
 * The fields that `addUser()` takes in addition to the fields of any new user.
 * @throws {TypeError} for a value that cannot be kept; it is a mistake in the calling code, so it is not an
 * answer to a client
 */
export function keptFields(user: AddedUserFields, judges: Judges): KeptFields {
  const given = user as Record<string, unknown>;
  const stranger = NEVER_GIVEN.find((name) => given[name] !== undefined);
  if (stranger !== undefined) {
    throw new TypeError(`addUser() takes no ${stranger}; only this library writes it.`);
  }
  const kept: KeptFields = {};
  if (given['id'] !== undefined) kept.id = requireId(given['id'], judges);
  if (given['createdAt'] !== undefined) kept.createdAt = requireDate(given['createdAt']);
  if (given['passwordHash'] !== undefined) kept.passwordHash = requireHash(given, judges);
  return kept;
}

function requireId(given: unknown, { parseId, ids }: Judges): UserId {
  const id = parseId(given);
  if (id === undefined) throw new TypeError(`addUser() cannot use this id; the ids of ${ids}.`);
  return id;
}

function requireDate(given: unknown): Date {
  if (given instanceof Date && !Number.isNaN(given.getTime())) return given;
  throw new TypeError('addUser(): createdAt must be a valid Date.');
}

function requireHash(given: Record<string, unknown>, { hashFault }: Judges): string | null {
  const { password, passwordHash: hash } = given;
  if (password !== undefined) {
    throw new TypeError('addUser() takes a password or a passwordHash, not both.');
  }
  const fault = hash === null ? undefined : hashFault(hash);
  if (fault !== undefined) throw new TypeError(`addUser(): passwordHash ${fault}.`);
  return hash as string | null;
}
