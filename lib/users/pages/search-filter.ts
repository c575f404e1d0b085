import { storedValue } from '../../database/column-values.js';
import { isSqlite } from '../../database/dialect.js';
import { columnOf } from '../../database/entity-metadata.js';
import type { BaseUser } from '../user.entity.js';
import type { Identifiers } from '../identifiers.js';
import { ordersByCode } from './code-order.js';
import { findsFew, type Page } from './page.js';
import { orderOf } from './users-query.js';

/** Longer than any identifier, also with letters and accents as separate characters. */
const LONGEST_SEARCH = 1280;

/**
 * Limits the page to users whose identifier begins with the filter's `search`. If a transformer encrypts the
 * column, the whole identifier must match.
 * @param areFew whether another condition already leaves few users
 */
export async function addSearch<User extends BaseUser>(
  page: Page<User>,
  { identifiers: [identifier = 'email'], normalizeIdentifier, areOurForms }: Identifiers,
  areFew: boolean,
): Promise<void> {
  const { users, select, filter } = page;
  if (filter.search === undefined) return;
  if (filter.search.length > LONGEST_SEARCH) {
    select.andWhere('1 = 0');
    return;
  }
  if (isTransformed(users, identifier, filter.search)) {
    const whole = normalizeIdentifier(filter.search, identifier);
    const stored = storedValue(columnOf(users.metadata, identifier), whole ?? '');
    select.andWhere(whole === undefined ? '1 = 0' : `user.${identifier} = :whole`, { whole: stored });
    return;
  }
  // The library's own forms are in lower case. How a host's own function changes the beginning of an identifier
  // is unknown.
  const from = areOurForms ? filter.search.trim().normalize('NFC').toLowerCase() : filter.search;
  const prefix = `${from.replace(/[%_!]/g, '!$&')}%`;
  select.andWhere(`user.${identifier} LIKE :prefix ESCAPE '!'`, { prefix });
  // SQLite's LIKE ignores the case of ASCII letters, a range does not. Both find the same only if the column
  // has lower case.
  if (areOurForms && !areFew && from !== '' && (await ordersByCode(users, identifier))) {
    await addRange(page, identifier, from);
  }
}

/** A database cannot search the beginning of an encrypted value. */
const isTransformed = <User extends BaseUser>(
  { metadata }: Page<User>['users'],
  identifier: string,
  search: string,
): boolean => {
  const beginning = search.trim().toLowerCase();
  return storedValue(columnOf(metadata, identifier), beginning) !== beginning;
};

/**
 * All values that begin with `from` are between these two bounds. Others may be there too, which LIKE sorts
 * out.
 */
async function addRange<User extends BaseUser>(
  { users, select, filter, after }: Page<User>,
  identifier: string,
  from: string,
): Promise<void> {
  const to = `${from}\u{10ffff}`;
  const [least, most] = [`user.${identifier} >= :from`, `user.${identifier} < :to`];
  const { column, direction } = orderOf(filter);
  if (column !== identifier && isSqlite(users.manager.dataSource)) {
    // Without statistics, SQLite assumes that any range is small, and would sort all users in it.
    const some = users
      .createQueryBuilder('user')
      .select('1', 'one')
      .where(`${least} AND ${most}`, { from, to });
    if (!(await findsFew(some))) return;
  }
  // On its side, the cursor is the closer bound, and SQLite uses only one.
  const isBounded = column === identifier && after !== undefined;
  if (!isBounded || direction === 'DESC') select.andWhere(least, { from });
  if (!isBounded || direction === 'ASC') select.andWhere(most, { to });
}
