/** What the users of a page have in common, and their order. */
export interface UsersFilter {
  /** What the identifier begins with; `%` and `_` mean themselves. */
  search?: string;
  isActive?: boolean;
  isVerified?: boolean;
  isSuperuser?: boolean;
  /** The name of a role that the users have; nobody has one that there is not. */
  role?: string;
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

/** The column that a filter's order goes by, and which way. */
export function orderOf({ sort = '-createdAt' }: UsersFilter) {
  const isDescending = sort.startsWith('-');
  return { column: isDescending ? sort.slice(1) : sort, direction: isDescending ? 'DESC' : 'ASC' } as const;
}

const DEFAULT_LIMIT = 50;
const HIGHEST_LIMIT = 100;

/** How many users a page has. */
export const cappedLimit = (limit = DEFAULT_LIMIT): number => Math.min(limit, HIGHEST_LIMIT);
