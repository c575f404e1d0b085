import { isSqlite } from '../../common/dialect.js';
import { normalizeEmail, normalizeName } from '../email-address.js';
import type { BaseUser } from '../user.entity.js';
import type { UsersSettings } from '../users.settings.js';
import { ordersByCode } from './code-order.js';
import { findsFew, type Page } from './page.js';
import { orderOf } from './users-query.js';

/**
 * Lets through whose identifier begins with the filter's `search`.
 * @param areFew whether another condition leaves few users already
 */
export async function addSearch<User extends BaseUser>(
  page: Page<User>,
  { identifier, normalizeIdentifier }: Pick<UsersSettings, 'identifier' | 'normalizeIdentifier'>,
  areFew: boolean,
): Promise<void> {
  const { users, select, filter } = page;
  if (filter.search === undefined) return;
  // Ours store lower case; how a host's own function folds the beginning of an identifier, only the host knows.
  const isOurs = normalizeIdentifier === normalizeEmail || normalizeIdentifier === normalizeName;
  const from = isOurs ? filter.search.trim().normalize('NFC').toLowerCase() : filter.search;
  const prefix = `${from.replace(/[%_!]/g, '!$&')}%`;
  select.andWhere(`user.${identifier} LIKE :prefix ESCAPE '!'`, { prefix });
  // SQLite's LIKE folds ASCII letters, and a range doesn't: they mean the same for what is stored folded alone.
  if (isOurs && !areFew && from !== '' && (await ordersByCode(users, identifier))) {
    await addRange(page, identifier, from);
  }
}

/** What begins with `from` stands between these two, though not alone; LIKE tells them apart. */
async function addRange<User extends BaseUser>(
  { users, select, filter, after }: Page<User>,
  identifier: string,
  from: string,
): Promise<void> {
  const to = `${from}\u{10ffff}`;
  const [least, most] = [`user.${identifier} >= :from`, `user.${identifier} < :to`];
  const { column, direction } = orderOf(filter);
  if (column !== identifier && isSqlite(users.manager.dataSource)) {
    // Without statistics, SQLite takes any range for a small one, and would sort all users who are in it.
    const some = users
      .createQueryBuilder('user')
      .select('1', 'one')
      .where(`${least} AND ${most}`, { from, to });
    if (!(await findsFew(some))) return;
  }
  // The cursor is the nearer bound on its side, and SQLite uses but one.
  const isBounded = column === identifier && after !== undefined;
  if (!isBounded || direction === 'DESC') select.andWhere(least, { from });
  if (!isBounded || direction === 'ASC') select.andWhere(most, { to });
}
