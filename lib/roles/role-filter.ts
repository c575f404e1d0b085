import type { Repository } from 'typeorm';
import { escapedTable } from '../database/dialect.js';
import { roleHoldersOf } from './role-holders.js';
import { roleKeyOf } from './role-name.js';
import type { BaseUser } from '../users/user.entity.js';
import { findsFew, type Page } from '../users/pages/page.js';

/**
 * Limits the page to users with the filter's role.
 * @returns whether few users have it: for the other case, SQLite and MariaDB would read all users or all
 * holders
 */
export async function addRole<User extends BaseUser>(page: Page<User>): Promise<boolean> {
  const { users, select, filter, isCounted } = page;
  if (filter.role === undefined) return false;
  const holders = roleHoldersOf(users);
  const roleId = holders && (await findRoleId(users, filter.role));
  if (!holders || roleId === undefined) {
    select.andWhere('1 = 0');
    return true;
  }

  const { dataSource } = users.manager;
  const [user, role] = [`holder.${holders.userColumn}`, `holder.${holders.roleColumn}`];
  const those = `FROM ${escapedTable(dataSource, holders.tablePath)} holder WHERE ${role} = :roleId`;
  select.setParameter('roleId', roleId);
  const some = users.manager.createQueryBuilder().select('1', 'one').from(holders.tablePath, 'holder');
  const areFew = isCounted || (await findsFew(some.where(`${role} = :roleId`, { roleId })));
  if (areFew) select.andWhere(`user.id IN (SELECT ${user} ${those})`);
  // Not EXISTS, because MariaDB would turn it into a join that begins with every holder.
  else select.andWhere(`(SELECT COUNT(*) ${those} AND ${user} = user.id) = 1`);
  return areFew;
}

async function findRoleId<User extends BaseUser>(
  users: Repository<User>,
  name: string,
): Promise<string | number | undefined> {
  const entity = users.metadata.findRelationWithPropertyPath('roles')?.inverseEntityMetadata.target;
  const [role] = await users.manager.find<{ id: string | number }>(entity as never, {
    select: { id: true },
    where: { nameKey: roleKeyOf(name) } as never,
  });
  return role?.id;
}
