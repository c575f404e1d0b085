import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntitySubscriberInterface, InsertEvent, Repository, UpdateEvent } from 'typeorm';
import { Database } from '../database/database.js';
import { normalizeProperty, type Identifiers, IDENTIFIERS } from './identifiers.js';
import { type BaseUser, USER_ENTITY_REPOSITORY } from './user.entity.js';

type Row = Record<string, unknown>;

const ownRows = new WeakSet<object>();

/** Marks values as already normalized, so that the subscriber does not normalize them again. */
export function asNormalized<Values extends object>(row: Values): Values {
  ownRows.add(row);
  return row;
}

/**
 * Normalizes identifiers that the host saves through TypeORM itself, for example to seed users. Without it, a
 * user with capitals in the address could not log in, and the address could be registered again. A value that
 * cannot be normalized stays as it is.
 */
@Injectable()
export class IdentifierSubscriber implements EntitySubscriberInterface<BaseUser>, OnModuleInit {
  private readonly properties: readonly string[];

  constructor(
    @Inject(USER_ENTITY_REPOSITORY) private readonly users: Repository<BaseUser>,
    @Inject(IDENTIFIERS) private readonly settings: Identifiers,
    private readonly database: Database,
  ) {
    this.properties = [...new Set(['email', ...settings.identifiers])];
  }

  onModuleInit(): void {
    this.database.subscribe(this);
  }

  listenTo() {
    return this.users.target as typeof BaseUser;
  }

  beforeInsert({ entity }: InsertEvent<BaseUser>): void {
    this.normalize(entity, undefined);
  }

  beforeUpdate({ entity, databaseEntity }: UpdateEvent<BaseUser>): void {
    this.normalize(entity, databaseEntity);
  }

  /**
   * @param before the row as it is. A save() of other fields must not change an older address, whose normal
   * form may be taken.
   */
  private normalize(entity: object | undefined, before: object | undefined): void {
    if (entity === undefined || ownRows.has(entity)) return;
    const row = entity as Row;
    for (const property of this.properties) {
      const value = row[property];
      if (typeof value !== 'string' || (before as Row | undefined)?.[property] === value) continue;
      row[property] = normalizeProperty(value, property, this.settings) ?? value;
    }
  }
}
