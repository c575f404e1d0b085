import type { EntityMetadata, Repository } from 'typeorm';
import { roleKeyOf } from '../../roles/role-name.js';
import type { BaseUser } from '../user.entity.js';
import { findsFew, type Page } from './page.js';

/**
 * Lets through who has the filter's role.
 * @returns whether few users have it: SQLite and MariaDB would look at all users, or at all holders, for either
 */
export async function addRole<User extends BaseUser>(page: Page<User>): Promise<boolean> {
  const { users, select, filter, isCounted } = page;
  if (filter.role === undefined) return false;
  const junction = users.metadata.findRelationWithPropertyPath('roles')?.junctionEntityMetadata;
  const roleId = junction && (await findRoleId(users, filter.role));
  if (!junction || roleId === undefined) {
    select.andWhere('1 = 0');
    return true;
  }

  const { table, user, role } = namesOf(users, junction);
  const holders = `FROM ${table} holder WHERE ${role} = :roleId`;
  select.setParameter('roleId', roleId);
  const some = users.manager.createQueryBuilder().select('1', 'one').from(junction.tablePath, 'holder');
  const areFew = isCounted || (await findsFew(some.where(`${role} = :roleId`, { roleId })));
  if (areFew) select.andWhere(`user.id IN (SELECT ${user} ${holders})`);
  // EXISTS would do, but MariaDB makes a join of it that begins with every holder.
  else select.andWhere(`(SELECT COUNT(*) ${holders} AND ${user} = user.id) = 1`);
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

/** The table that says who has which role, and its columns, as SQL. */
function namesOf<User extends BaseUser>({ manager }: Repository<User>, junction: EntityMetadata) {
  const escape = (name = '') => manager.dataSource.driver.escape(name);
  const [user, role] = [junction.ownerColumns[0], junction.inverseColumns[0]].map(
    (column) => `holder.${escape(column?.databaseName)}`,
  );
  return { table: junction.tablePath.split('.').map(escape).join('.'), user, role };
}
