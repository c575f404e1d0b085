import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntitySubscriberInterface, InsertEvent, Repository, UpdateEvent } from 'typeorm';
import { instantOrNow } from '../database/instant.js';
import { Database } from '../database/database.js';
import { type BaseUser, USER_ENTITY_REPOSITORY } from './user.entity.js';

type Instants = Pick<BaseUser, 'createdAt' | 'updatedAt'>;

/**
 * Keeps `updatedAt` current for every change through TypeORM: by this library, and by the host's `save()` and
 * `update()`. TypeORM's own date columns write `CURRENT_TIMESTAMP`, which has no time zone.
 */
@Injectable()
export class UserInstantsSubscriber implements EntitySubscriberInterface<BaseUser>, OnModuleInit {
  /** The columns that the host has not declared in its own way. */
  private ours: (keyof Instants)[] = [];

  constructor(
    @Inject(USER_ENTITY_REPOSITORY) private readonly users: Repository<BaseUser>,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    const isOurs = (name: string) =>
      this.users.metadata.findColumnWithPropertyName(name)?.transformer === instantOrNow;
    this.ours = (['createdAt', 'updatedAt'] as const).filter(isOurs);
    if (this.ours.length > 0) this.database.subscribe(this);
  }

  listenTo() {
    return this.users.target as typeof BaseUser;
  }

  /**
   * The column's transformer sets the value too. This sets it on the entity, so that a host sees it after
   * `save()`.
   */
  beforeInsert({ entity }: InsertEvent<BaseUser>): void {
    const now = new Date();
    for (const name of this.ours) entity[name] ??= now;
  }

  beforeUpdate({ entity, databaseEntity }: UpdateEvent<BaseUser>): void {
    if (!entity || !this.ours.includes('updatedAt')) return;
    // A value that the host sets is kept. `save()` sends the loaded value along, which must not count as set.
    const given = entity['updatedAt'] as Date | undefined;
    const isLoaded = given?.valueOf() === databaseEntity?.updatedAt?.valueOf();
    if (given === undefined || isLoaded) entity['updatedAt'] = new Date();
  }
}
