import type { FindOptionsWhere, Repository } from 'typeorm';
import { isSameId } from '../database/entity-id.js';
import { isSqlite } from '../database/dialect.js';
import { decidingTransaction } from '../database/isolation.js';
import { type Precondition, whereAllHold } from './precondition.js';
import type { BaseUser, UserId } from './user.entity.js';
import { LastSuperuserError } from './users.errors.js';

/** A condition, or any one of several. */
export type Where<User extends BaseUser> = FindOptionsWhere<User> | FindOptionsWhere<User>[];

/** A write on the rows that meet a condition. */
export type Write<User extends BaseUser> = (
  users: Repository<User>,
  where: Where<User>,
) => Promise<{ affected?: number | null }>;

/**
 * Runs a write that may remove a superuser, but only if another active superuser remains. This also holds if
 * two superusers remove each other at the same time. The row's state at the time of the write decides whether
 * it is a superuser.
 * @param where the row, by its id
 * @returns whether a row met the condition
 * @throws {LastSuperuserError}
 */
export async function unlessLastSuperuser<User extends BaseUser>(
  users: Repository<User>,
  where: FindOptionsWhere<User>,
  preconditions: readonly Precondition[],
  write: Write<User>,
): Promise<boolean> {
  const whole = whereAllHold(where, preconditions);
  const none = whereNoSuperuser(whole);
  // SQLite runs one statement at a time, so a condition is enough. A transaction would include statements of
  // other requests.
  if (isSqlite(users.manager.dataSource)) {
    const another = whereAllHold(where, [...preconditions, anotherIsLeft(users, where)]);
    const { affected } = await write(users, [...none, another]);
    if (affected === 1) return true;
    if (await isLastSuperuser(users, where)) throw new LastSuperuserError();
    return false;
  }
  // Most users are not superusers and need no lock.
  const { affected } = await write(users, none);
  if (affected === 1) return true;
  // Before the transaction: a locking read after a plain one may find a row that has changed since, which MariaDB refuses.
  const superusers = await superusersOf(users);
  return decidingTransaction(users.manager, (manager) =>
    writeBehindLock(manager.getRepository(users.target), superusers, where, whole, write),
  );
}

const whereNoSuperuser = <User extends BaseUser>(where: FindOptionsWhere<User>): FindOptionsWhere<User>[] => [
  { ...where, isSuperuser: false },
  { ...where, isActive: false },
];

function anotherIsLeft<User extends BaseUser>(
  users: Repository<User>,
  { id }: FindOptionsWhere<User>,
): Precondition {
  const another = users
    .createQueryBuilder('other')
    .select('1')
    .where('other.isSuperuser = TRUE AND other.isActive = TRUE AND other.id <> :exceptId');
  const sql = `EXISTS (${another.getQuery()})`;
  return { sql, parameters: { exceptId: id }, refusal: () => new LastSuperuserError() };
}

const superusersOf = <User extends BaseUser>(users: Repository<User>): Promise<User[]> =>
  users.find({
    select: { id: true } as never,
    where: { isSuperuser: true, isActive: true } as FindOptionsWhere<User>,
    loadEagerRelations: false,
  });

async function isLastSuperuser<User extends BaseUser>(
  users: Repository<User>,
  { id }: FindOptionsWhere<User>,
): Promise<boolean> {
  const superusers = await superusersOf(users);
  return superusers.length === 1 && isSameId(superusers[0]?.id, id as UserId);
}

/**
 * Locks all superusers and the row itself before the write, always in the same order. A row that is locked out
 * of order could cause a deadlock.
 */
async function writeBehindLock<User extends BaseUser>(
  users: Repository<User>,
  known: readonly User[],
  where: FindOptionsWhere<User>,
  whole: FindOptionsWhere<User>,
  write: Write<User>,
): Promise<boolean> {
  const own = where.id as UserId;
  // By their ids: MariaDB would lock what lies between the rows of a condition, too.
  // One type for all: MariaDB compares numbers and texts in one list as floating-point numbers.
  const ids = new Set([own, ...known.map(({ id }) => id)].map(String));
  const locked = await lock(users, [...ids]);
  const superusers = locked.filter((user) => user.isSuperuser && user.isActive);
  const isSuperuser = superusers.some(({ id }) => isSameId(id, own));
  if (isSuperuser && superusers.length === 1) throw new LastSuperuserError();
  const { affected } = await write(users, whole);
  return affected === 1;
}

const lock = <User extends BaseUser>(users: Repository<User>, ids: string[]): Promise<User[]> =>
  users
    .createQueryBuilder('user')
    .select(['user.id', 'user.isSuperuser', 'user.isActive'])
    .where('user.id IN (:...ids)', { ids })
    .orderBy('user.id')
    .setLock('pessimistic_write')
    .getMany();
