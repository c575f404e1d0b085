import { Inject, Injectable, type OnModuleInit, Optional, type Type } from '@nestjs/common';
import type { EntityMetadata, Repository } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { ConfigurationError } from './common/configuration-error.js';
import { hasPlainId, isUniqueColumn, missingColumn } from './common/entity-metadata.js';
import { exposedProperties, hasTypeDecorator } from './common/dto-output.js';
import { validatedProperties } from './common/validation/dto-input.js';
import type { BaseRole } from './roles/role.entity.js';
import { ROLE_ENTITY_REPOSITORY } from './roles/roles.repository.js';
import { requiredColumns, USER_COLUMNS } from './users/required-columns.js';
import type { BaseUser } from './users/user.entity.js';
import { USER_ENTITY_REPOSITORY, USERS_SETTINGS, type UsersSettings } from './users/users.settings.js';
import { UsersService } from './users/users.service.js';
import { PLAN } from './users.module-definition.js';
import type { ResolvedPlan } from './users.plan.js';

/** What can be checked only once the entity and the service exist. Each fault stops the boot with one sentence. */
@Injectable()
export class BootChecks implements OnModuleInit {
  constructor(
    @Inject(PLAN) private readonly plan: ResolvedPlan,
    @Inject(USERS_SETTINGS) private readonly settings: UsersSettings,
    @Inject(USER_ENTITY_REPOSITORY) private readonly repository: Repository<BaseUser>,
    private readonly service: UsersService,
    @Optional()
    @Inject(ROLE_ENTITY_REPOSITORY)
    private readonly roles?: Repository<BaseRole>,
  ) {}

  onModuleInit(): void {
    this.checkColumns();
    this.checkId();
    this.checkUnique('email');
    this.checkUnique(this.settings.identifier);
    if (this.feature('registration')) this.checkRegisterDto();
    for (const [option, dto, entity] of this.readDtos()) checkRelations(option, dto, entity);
    this.checkMailHooks();
  }

  private get entity(): EntityMetadata {
    return this.repository.metadata;
  }

  private checkColumns(): void {
    const missing = missingColumn(this.entity, [...USER_COLUMNS, this.settings.identifier]);
    if (missing !== undefined) {
      throw new ConfigurationError(
        `entities.user: ${this.entity.name} has no column ${missing}; extend UuidUser or IntUser, or add it.`,
      );
    }
    if (this.column('passwordHash')?.isSelect) {
      throw new ConfigurationError(
        `entities.user: the column passwordHash of ${this.entity.name} must have select: false, or every query carries it.`,
      );
    }
  }

  /** `users/me` and its like stay out of `users/:id` only because they are no ids. */
  private checkId(): void {
    if (hasPlainId(this.entity)) return;
    throw new ConfigurationError(
      `entities.user: the primary key of ${this.entity.name} must be one column id, a UUID or an integer.`,
    );
  }

  private checkUnique(property: string): void {
    if (isUniqueColumn(this.entity, property)) return;
    throw new ConfigurationError(
      `entities.user: ${this.entity.name}.${property} needs a unique index; two registrations at once would make two users.`,
    );
  }

  private checkRegisterDto(): void {
    const known = validatedProperties(this.plan.dtos.register);
    const required = requiredColumns(this.repository).find((column) => !known.includes(column));
    if (required === undefined) return;
    throw new ConfigurationError(
      `dtos.register: ${this.plan.dtos.register.name} lacks ${required}, which ${this.entity.name} needs; add it with a class-validator decorator, or give the column a default.`,
    );
  }

  private *readDtos(): Iterable<[option: string, dto: Type, entity: EntityMetadata]> {
    const role = this.roles?.metadata;
    yield ['dtos.read', this.plan.dtos.read, this.entity];
    if (role) yield ['dtos.roleRead', this.plan.dtos.roleRead, role];
    for (const { feature, options } of this.plan.features) {
      const { readDto } = options as { readDto?: Type };
      const entity = feature.shows === 'role' ? role : this.entity;
      if (readDto && entity) yield [`${feature.key}.readDto`, readDto, entity];
    }
  }

  private checkMailHooks(): void {
    const needs = (
      hook: 'sendVerificationToken' | 'sendPasswordResetToken',
      option: string,
      instead: string,
    ) => {
      if (this.service[hook] !== UsersService.prototype[hook]) return;
      throw new ConfigurationError(
        `${option} needs ${hook}() in your service, to mail the token; ${instead}.`,
      );
    };
    if (this.feature('verification'))
      needs('sendVerificationToken', 'verification', 'or leave the feature out');
    if (this.feature('passwordReset'))
      needs('sendPasswordResetToken', 'passwordReset', 'or leave the feature out');
    if (this.settings.requireVerification) {
      needs('sendVerificationToken', 'requireVerification', 'or set requireVerification: false');
    }
  }

  private feature(key: string) {
    return this.plan.features.find(({ feature }) => feature.key === key);
  }

  private column(name: string): ColumnMetadata | undefined {
    return this.entity.findColumnWithPropertyName(name);
  }
}

function checkRelations(option: string, dto: Type, entity: EntityMetadata): void {
  const relations = entity.relations.map(({ propertyName }) => propertyName);
  const bare = exposedProperties(dto).find(
    (name) => relations.includes(name) && !hasTypeDecorator(dto, name),
  );
  if (bare === undefined) return;
  throw new ConfigurationError(
    `${option}: ${dto.name} exposes the relation ${bare} with all its columns; add @Type(() => …) of a read DTO.`,
  );
}
