import type { Repository, SelectQueryBuilder } from 'typeorm';
import { normalizeEmail, normalizeName } from './email-address.js';
import type { BaseUser, UserId } from './user.entity.js';
import { parseId } from '../common/entity-id.js';
import type { UsersSettings } from './users.settings.js';

/** What the users of a page have in common, and their order. */
export interface UsersFilter {
  /** What the identifier begins with; `%` and `_` mean themselves. */
  search?: string;
  isActive?: boolean;
  isVerified?: boolean;
  isSuperuser?: boolean;
  /** A column that may order a page; with `-`, the other way round. Default `-createdAt`. */
  sort?: UsersSort;
}

/** A page by number: for small tables, because the database counts its way to it. */
export interface UsersQuery extends UsersFilter {
  /** Default 50, at most 100. */
  limit?: number;
  /** Default 0. */
  offset?: number;
}

/** A page by cursor: as fast at the end of a large table as at its beginning. */
export interface UsersPageQuery extends UsersFilter {
  /** Default 50, at most 100. */
  limit?: number;
  /** `next` of the page before. Default: the first page. */
  cursor?: string;
}

export const USERS_SORTS = ['createdAt', '-createdAt', 'email', '-email'] as const;
/** The orders that a list of users can have; `-` stands for the other way round. */
export type UsersSort = (typeof USERS_SORTS)[number];

const FLAGS = ['isActive', 'isVerified', 'isSuperuser'] as const;

/** The users that a filter lets through, in its order; ties go by id, so an order is always whole. */
export function filterUsers<User extends BaseUser>(
  users: Repository<User>,
  filter: UsersFilter,
  { identifier, normalizeIdentifier }: Pick<UsersSettings, 'identifier' | 'normalizeIdentifier'>,
): SelectQueryBuilder<User> {
  const select = users.createQueryBuilder('user');
  for (const flag of FLAGS) {
    if (filter[flag] !== undefined) select.andWhere(`user.${flag} = :${flag}`, { [flag]: filter[flag] });
  }
  if (filter.search !== undefined) {
    // Ours store lower case; how a host's own function folds the beginning of an identifier, only the host knows.
    const isOurs = normalizeIdentifier === normalizeEmail || normalizeIdentifier === normalizeName;
    const search = isOurs ? filter.search.trim().normalize('NFC').toLowerCase() : filter.search;
    const prefix = `${search.replace(/[%_!]/g, '!$&')}%`;
    select.andWhere(`user.${identifier} LIKE :prefix ESCAPE '!'`, { prefix });
  }
  const { column, direction } = orderOf(filter);
  return select.orderBy(`user.${column}`, direction).addOrderBy('user.id', direction);
}

/**
 * Leaves out what stands before the user `id`, and that user. The database compares its own values: an instant that
 * went through a process would depend on its time zone.
 */
export function startAfter<User extends BaseUser>(
  select: SelectQueryBuilder<User>,
  users: Repository<User>,
  filter: UsersFilter,
  id: UserId,
): void {
  const { column, direction } = orderOf(filter);
  const beyond = direction === 'ASC' ? '>' : '<';
  const last = users
    .createQueryBuilder('last')
    .select(`last.${column}`)
    .where('last.id = :lastId')
    .getQuery();
  select
    .andWhere(
      `(user.${column} ${beyond} (${last}) OR (user.${column} = (${last}) AND user.id ${beyond} :lastId))`,
    )
    .setParameter('lastId', id);
}

function orderOf({ sort = '-createdAt' }: UsersFilter) {
  const isDescending = sort.startsWith('-');
  return { column: isDescending ? sort.slice(1) : sort, direction: isDescending ? 'DESC' : 'ASC' } as const;
}

/** Says where a page ended. It is nothing to read or to make: only to be sent back. */
export const writeCursor = (sort: UsersSort | undefined, id: UserId): string =>
  Buffer.from(JSON.stringify([sort, id])).toString('base64url');

/** The id in a cursor of the same order; `undefined` for anything else. */
export function readCursor(
  cursor: string,
  sort: UsersSort | undefined,
  column: Parameters<typeof parseId>[1],
): UserId | undefined {
  try {
    const [order, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    return order === (sort ?? null) ? parseId(id, column) : undefined;
  } catch {
    return undefined;
  }
}
