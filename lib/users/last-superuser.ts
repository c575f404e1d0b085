import { type FindOptionsWhere, Raw, type Repository } from 'typeorm';
import { isSqlite } from '../common/dialect.js';
import type { BaseUser, UserId } from './user.entity.js';
import { LastSuperuserError } from './users.errors.js';

type Write<User extends BaseUser> = (
  users: Repository<User>,
  where: FindOptionsWhere<User>,
) => Promise<{ affected?: number | null }>;

/**
 * Runs a write that takes a superuser away, as long as another active one is left, also when two take each
 * other away at once.
 * @throws {LastSuperuserError}
 */
export async function unlessLastSuperuser<User extends BaseUser>(
  users: Repository<User>,
  id: UserId,
  write: Write<User>,
): Promise<boolean> {
  // SQLite runs one statement at a time, so a condition suffices; its transactions would span other requests.
  const { affected } = isSqlite(users.manager.dataSource)
    ? await write(users, whereAnotherIsLeft(users, id))
    : await users.manager.transaction((manager) =>
        writeBehindLock(manager.getRepository(users.target), id, write),
      );
  if (affected !== 1) throw new LastSuperuserError();
  return true;
}

function whereAnotherIsLeft<User extends BaseUser>(users: Repository<User>, id: UserId) {
  const another = users
    .createQueryBuilder('other')
    .select('1')
    .where('other.isSuperuser = :yes AND other.isActive = :yes AND other.id <> :id');
  const condition = Raw((column) => `${column} = :id AND EXISTS (${another.getQuery()})`, { id, yes: 1 });
  return { id: condition } as unknown as FindOptionsWhere<User>;
}

/** Whoever takes a superuser away locks all of them first, in the same order. */
async function writeBehindLock<User extends BaseUser>(
  users: Repository<User>,
  id: UserId,
  write: Write<User>,
) {
  const isActiveSuperuser = { isSuperuser: true, isActive: true } as FindOptionsWhere<User>;
  const seen = await users.find({ select: { id: true } as never, where: isActiveSuperuser });
  const ids = seen.map((user) => user.id);
  if (ids.length === 0) return { affected: 0 };

  const locked = await users
    .createQueryBuilder('user')
    .where('user.id IN (:...ids)', { ids })
    .orderBy('user.id')
    .setLock('pessimistic_write')
    .getMany();
  const isAnotherLeft = locked.some((user) => user.id !== id && user.isSuperuser && user.isActive);
  return isAnotherLeft ? write(users, { id } as FindOptionsWhere<User>) : { affected: 0 };
}
