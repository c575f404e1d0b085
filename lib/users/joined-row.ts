import type { Type } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import type { BaseUser } from './user.entity.js';

/** Where TypeORM puts the joined row; it is taken off before anybody sees the user. */
const JOINED = 'nestjsUsersJoined';

/** A row of another entity that belongs to a user, found together with them by one statement. */
export class JoinedRow<Row extends object> {
  constructor(
    private readonly entity: Type<Row>,
    private readonly alias: string,
  ) {}

  /** Adds the row to a SELECT of `user`. */
  join(select: SelectQueryBuilder<BaseUser>): SelectQueryBuilder<BaseUser> {
    const { entity, alias } = this;
    return select.innerJoinAndMapOne(`user.${JOINED}`, entity, alias, `${alias}.user = user.id`);
  }

  /** The user that such a SELECT found, and the row. */
  take(found: BaseUser | undefined): { user: BaseUser; row: Row } | undefined {
    const user: (BaseUser & { [JOINED]?: Row }) | undefined = found;
    const row = user?.[JOINED];
    if (!user || !row) return undefined;
    delete user[JOINED];
    return { user, row };
  }
}
