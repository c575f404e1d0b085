import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntitySubscriberInterface, InsertEvent, Repository, UpdateEvent } from 'typeorm';
import type { BaseRole } from './role.entity.js';
import { normalizeRoleName, roleKey } from './role-name.js';
import { ROLE_ENTITY_REPOSITORY } from './roles.repository.js';

/** A host that saves roles by TypeORM itself, to seed them for instance, needs to know nothing of keys. */
@Injectable()
export class RoleKeySubscriber implements EntitySubscriberInterface<BaseRole>, OnModuleInit {
  constructor(@Inject(ROLE_ENTITY_REPOSITORY) private readonly roles: Repository<BaseRole>) {}

  onModuleInit(): void {
    this.roles.manager.dataSource.subscribers.push(this);
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
