import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable, type OnModuleInit, Optional, type Type } from '@nestjs/common';
import { MetadataScanner } from '@nestjs/core';
import type { Repository } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { ownValue, storedValue } from '../../database/column-values.js';
import { ConfigurationError } from '../../common/configuration-error.js';
import { columnOf } from '../../database/entity-metadata.js';
import { bodyOf } from '../../common/route-description.js';
import { noteEmbedded } from '../../common/validation/embedded-properties.js';
import { lacksProperty } from '../../common/validation/nested-properties.js';
import type { RoleManagementOptions } from '../../features/role-management/role-management.options.js';
import { ROLE_COLUMNS, type BaseRole } from '../../roles/role.entity.js';
import { ROLE_ENTITY_REPOSITORY } from '../../roles/roles.repository.js';
import { normalizeProperty } from '../../users/identifiers.js';
import { requiredColumns, requiredUserColumns } from '../../users/required-columns.js';
import { type BaseUser, USER_ENTITY_REPOSITORY } from '../../users/user.entity.js';
import { ACCOUNTS_SETTINGS, type AccountsSettings } from '../../accounts/accounts.settings.js';
import { PLAN } from '../providers.js';
import type { ResolvedPlan } from '../plan.js';

/** Examples of common kinds of identifiers. */
const SAMPLES = ['ada@example.com', 'Ada@Example.com', 'Ada', 'Ada Lovelace', '+4915112345678', '12345678'];

/** Checks the host's own columns. Each fault stops the boot with one sentence. */
@Injectable()
export class ColumnChecks implements OnModuleInit {
  constructor(
    @Inject(PLAN) private readonly plan: ResolvedPlan,
    @Inject(ACCOUNTS_SETTINGS) private readonly settings: AccountsSettings,
    @Inject(USER_ENTITY_REPOSITORY) private readonly users: Repository<BaseUser>,
    @Optional()
    @Inject(ROLE_ENTITY_REPOSITORY)
    private readonly roles?: Repository<BaseRole>,
  ) {}

  onModuleInit(): void {
    const { dtos, open, identifiers } = this.plan;
    for (const property of new Set(['email', ...identifiers])) this.checkTransformer(property);
    const needed = requiredUserColumns(this.users);
    if (open.includes('registration')) this.requireColumns('dtos.register', dtos.register, needed);
    if (open.includes('userManagement')) this.requireColumns('dtos.adminCreate', dtos.adminCreate, needed);
    if (this.roles) this.checkRoleDto(this.roles);
    this.noteEmbedded();
  }

  private noteEmbedded(): void {
    const repositories = [this.users, ...(this.roles ? [this.roles] : [])];
    const paths = repositories.flatMap(({ metadata }) =>
      metadata.allEmbeddeds.map(({ propertyPath }) => propertyPath),
    );
    for (const dto of this.plan.controllers.flatMap(bodiesOf)) {
      noteEmbedded(dto, (path) => paths.includes(path));
    }
  }

  /** A query compares the stored form, and it must find exactly the user with this value. */
  private checkTransformer(property: string): void {
    const { metadata } = this.users;
    const column = columnOf(metadata, property);
    if (column?.transformer === undefined) return;
    const values = SAMPLES.flatMap((sample) => normalizeProperty(sample, property, this.settings) ?? []);
    const faults = values.flatMap((value) => transformerFault(column, value) ?? []);
    if (faults[0] === undefined) return;
    throw new ConfigurationError(
      `entities.user: the transformer of ${metadata.name}.${property} ${faults[0]}.`,
    );
  }

  private checkRoleDto(roles: Repository<BaseRole>): void {
    const management = this.plan.features.find(({ feature }) => feature.key === 'roleManagement');
    if (!management) return;
    const { createDto } = management.options as RoleManagementOptions;
    const option = createDto ? 'roleManagement.createDto' : 'dtos.roleCreate';
    const needed = requiredColumns(roles, ROLE_COLUMNS);
    this.requireColumns(option, createDto ?? this.plan.dtos.roleCreate, needed, roles.metadata);
  }

  private requireColumns(option: string, dto: Type, needed: string[], entity = this.users.metadata): void {
    const lacking = needed.find((path) => lacksProperty(dto, path.split('.')));
    if (lacking === undefined) return;
    throw new ConfigurationError(
      `${option}: ${dto.name} lacks ${lacking}, which ${entity.name} needs; add it with a class-validator decorator, or give the column a default.`,
    );
  }
}

/** The DTO classes of the bodies that a controller reads. */
const bodiesOf = ({ prototype }: Type): Type[] =>
  new MetadataScanner()
    .getAllMethodNames(prototype as object)
    .flatMap((name) => bodyOf((prototype as Record<string, object>)[name])?.dto ?? []);

/** Why look-ups fail with this transformer, in words that follow its name; `undefined` if they work. */
function transformerFault(column: ColumnMetadata, value: string): string | undefined {
  const stored = storedValue(column, value);
  if (!isDeepStrictEqual(storedValue(column, value), stored)) {
    return 'stores one value in different forms, so a query cannot find it; let to() return the same form each time, for example by deriving its random part from the value';
  }
  if (ownValue(column, stored) === value) return undefined;
  return 'returns another value than was stored; let from() reverse to(), and change letters in normalizeIdentifier instead';
}
