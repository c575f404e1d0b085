import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntitySubscriberInterface, InsertEvent, Repository, UpdateEvent } from 'typeorm';
import { Database } from '../database/database.js';
import type { BaseRole } from './role.entity.js';
import { normalizeRoleName, roleKey } from './role-name.js';
import { ROLE_ENTITY_REPOSITORY } from './roles.repository.js';

/** Sets the key of a role that the host saves through TypeORM itself, for example to seed roles. */
@Injectable()
export class RoleKeySubscriber implements EntitySubscriberInterface<BaseRole>, OnModuleInit {
  constructor(
    @Inject(ROLE_ENTITY_REPOSITORY) private readonly roles: Repository<BaseRole>,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    this.database.subscribe(this);
  }

  listenTo() {
    return this.roles.target as typeof BaseRole;
  }

  beforeInsert({ entity }: InsertEvent<BaseRole>): void {
    setKey(entity);
  }

  beforeUpdate({ entity }: UpdateEvent<BaseRole>): void {
    setKey(entity);
  }
}

function setKey(role: Partial<BaseRole> | undefined): void {
  if (typeof role?.name !== 'string') return;
  role.name = normalizeRoleName(role.name) ?? role.name;
  role.nameKey = roleKey(role.name);
}
