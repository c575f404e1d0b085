/** The filter and the order of a page of users. */
export interface UsersFilter {
  /**
   * The beginning of the identifier, or of the first one if there are two; `%` and `_` have no special meaning.
   */
  search?: string;
  isActive?: boolean;
  isVerified?: boolean;
  isSuperuser?: boolean;
  /** The name of a role that the users must have. A role that does not exist matches no user. */
  role?: string;
  /** The column to sort by; `-` means descending. Default `-createdAt`. */
  sort?: UsersSort;
}

/** A page by offset, for small tables: the database reads all rows before it. */
export interface UsersQuery extends UsersFilter {
  /** Default 50, at most 100. */
  limit?: number;
  /** Default 0. */
  offset?: number;
}

/** A page by cursor: the last page of a large table is as fast as the first. */
export interface UsersPageQuery extends UsersFilter {
  /** Default 50, at most 100. */
  limit?: number;
  /** `next` of the previous page. Default: the first page. */
  cursor?: string;
}

export const USERS_SORTS = ['createdAt', '-createdAt', 'email', '-email'] as const;
/** The orders that a list of users can have; `-` means descending. */
export type UsersSort = (typeof USERS_SORTS)[number];

const FILTERS = ['search', 'isActive', 'isVerified', 'isSuperuser', 'role', 'sort'];

/**
 * @param paging further keys that the query may have
 * @throws {TypeError} for a key or an order that does not exist; an unknown key would filter nothing
 */
export function requireKnown(query: UsersFilter, paging: readonly string[]): void {
  const known = [...FILTERS, ...paging];
  const unknown = Object.keys(query).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw new TypeError(`The key ${unknown} does not exist; the keys are ${known.join(', ')}.`);
  if (query.sort === undefined || USERS_SORTS.includes(query.sort)) return;
  throw new TypeError(
    `The order ${JSON.stringify(query.sort)} does not exist; the orders are ${USERS_SORTS.join(', ')}.`,
  );
}

/** The column and the direction of a filter's order. */
export function orderOf({ sort = '-createdAt' }: UsersFilter) {
  const isDescending = sort.startsWith('-');
  return { column: isDescending ? sort.slice(1) : sort, direction: isDescending ? 'DESC' : 'ASC' } as const;
}

const DEFAULT_LIMIT = 50;
const HIGHEST_LIMIT = 100;

/** How many users a page has. */
export const cappedLimit = (limit = DEFAULT_LIMIT): number => Math.min(limit, HIGHEST_LIMIT);
