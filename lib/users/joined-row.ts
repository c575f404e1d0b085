import type { Type } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import type { BaseUser } from './user.entity.js';

/** The property for the joined row. It is removed before the user is returned. */
const JOINED = 'nestjsUsersJoined';

/** Finds a row of another entity and the user it belongs to in one statement. */
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

  /** The user and the row that such a SELECT found. */
  take(found: BaseUser | undefined): { user: BaseUser; row: Row } | undefined {
    const user: (BaseUser & { [JOINED]?: Row }) | undefined = found;
    const row = user?.[JOINED];
    if (!user || !row) return undefined;
    delete user[JOINED];
    return { user, row };
  }
}
