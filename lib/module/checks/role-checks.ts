import { Inject, Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import type { EntityMetadata, Repository } from 'typeorm';
import { ConfigurationError } from '../../common/configuration-error.js';
import { isUniqueColumn, missingColumn, primaryKeyFault } from '../../database/entity-metadata.js';
import { type BaseRole, ROLE_COLUMNS } from '../../roles/role.entity.js';
import { ROLE_ENTITY_REPOSITORY } from '../../roles/roles.repository.js';
import { type BaseUser, USER_ENTITY_REPOSITORY } from '../../users/user.entity.js';

/** Checks that need the role entity. Each fault stops the boot with one sentence. */
@Injectable()
export class RoleChecks implements OnModuleInit {
  constructor(
    @Inject(USER_ENTITY_REPOSITORY) private readonly users: Repository<BaseUser>,
    @Optional()
    @Inject(ROLE_ENTITY_REPOSITORY)
    private readonly roles?: Repository<BaseRole>,
  ) {}

  onModuleInit(): void {
    if (!this.roles) return;
    const { metadata } = this.roles;
    const missing = missingColumn(metadata, ROLE_COLUMNS);
    if (missing !== undefined) {
      refuse(`${metadata.name} has no column ${missing}; extend UuidRole or IntRole, or add it`);
    }
    if (!isUniqueColumn(metadata, 'nameKey')) {
      refuse(
        `${metadata.name}.nameKey needs a unique index; without one, two roles could have the same name`,
      );
    }
    const keyFault = primaryKeyFault(metadata);
    if (keyFault !== undefined) refuse(keyFault);
    this.checkRelation(metadata);
  }

  private checkRelation(role: EntityMetadata): void {
    const user = this.users.metadata;
    const relation = user.findRelationWithPropertyPath('roles');
    const mend = `declare @ManyToMany(() => ${role.name}) @JoinTable() roles`;
    if (!relation?.isManyToManyOwner || relation.inverseEntityMetadata !== role) {
      refuse(`${user.name} has no relation roles to ${role.name}; ${mend}`);
    }
    const keys = relation?.junctionEntityMetadata?.foreignKeys ?? [];
    if (keys.some(({ onDelete }) => onDelete !== 'CASCADE')) {
      refuse(`${user.name}.roles would prevent the deletion of users and roles; ${mend} without onDelete`);
    }
  }
}

function refuse(sentence: string): never {
  throw new ConfigurationError(`entities.role: ${sentence}.`);
}
