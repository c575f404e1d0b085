import type { RowId } from '../database/entity-id.js';
import type { EntityManager, EntityTarget } from 'typeorm';
import type { BaseUser, UserId } from './user.entity.js';

interface Owned {
  id: RowId;
  user: BaseUser;
}

/**
 * The ids of another entity's rows that belong to a user. `find()` would join the user and so leave out the
 * rows of a softly deleted user.
 */
export const idsOfUser = <Row extends Owned>(
  manager: EntityManager,
  entity: EntityTarget<Row>,
  user: UserId,
): Promise<Pick<Row, 'id'>[]> =>
  manager.createQueryBuilder(entity, 'row').select('row.id').where('row.user = :user', { user }).getMany();
