import { Inject, Injectable, type OnModuleInit, Optional, type Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { EntityMetadata, Repository } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { ConfigurationError } from '../../common/configuration-error.js';
import {
  columnOf,
  isUniqueColumn,
  missingColumn,
  primaryKeyFault,
  propertyOfUniqueKey,
} from '../../database/entity-metadata.js';
import { lacksProperty } from '../../common/validation/nested-properties.js';
import { validatedProperties } from '../../common/validation/dto-properties.js';
import type { BaseRole } from '../../roles/role.entity.js';
import { ROLE_ENTITY_REPOSITORY } from '../../roles/roles.repository.js';
import { USER_COLUMNS } from '../../users/required-columns.js';
import { type BaseUser, USER_ENTITY_REPOSITORY } from '../../users/user.entity.js';
import { ACCOUNTS_SETTINGS, type AccountsSettings } from '../../accounts/accounts.settings.js';
import { Mailer, MAILER } from '../../accounts/mailer.js';
import { UsersService } from '../../accounts/users.service.js';
import { PLAN } from '../providers.js';
import { providerOf } from '../own-module.js';
import type { ResolvedPlan } from '../plan.js';
import { checkShown, readDtosOf } from './read-dto-checks.js';

/** Checks that need the user entity and the service. Each fault stops the boot with one sentence. */
@Injectable()
export class BootChecks implements OnModuleInit {
  constructor(
    @Inject(PLAN) private readonly plan: ResolvedPlan,
    @Inject(ACCOUNTS_SETTINGS) private readonly settings: AccountsSettings,
    @Inject(USER_ENTITY_REPOSITORY) private readonly repository: Repository<BaseUser>,
    private readonly modules: ModulesContainer,
    @Inject(MAILER) private readonly mailer: Mailer | undefined,
    @Optional()
    @Inject(ROLE_ENTITY_REPOSITORY)
    private readonly roles?: Repository<BaseRole>,
  ) {}

  onModuleInit(): void {
    this.checkColumns();
    this.checkId();
    this.checkUnique('entities.user', 'email');
    this.checkIdentifier();
    if (this.settings.concealsExisting) this.checkConcealment();
    for (const [option, dto, entity] of readDtosOf(this.plan, this.entity, this.roles?.metadata)) {
      checkShown(option, dto, entity);
    }
    this.checkRolesOfAdminDtos();
    if (!this.mailer) this.checkMailHooks();
  }

  private get entity(): EntityMetadata {
    return this.repository.metadata;
  }

  private checkColumns(): void {
    const missing = missingColumn(this.entity, USER_COLUMNS);
    if (missing !== undefined) {
      throw new ConfigurationError(
        `entities.user: ${this.entity.name} has no column ${missing}; extend UuidUser or IntUser, or add it.`,
      );
    }
    if (this.column('passwordHash')?.isSelect) {
      throw new ConfigurationError(
        `entities.user: the column passwordHash of ${this.entity.name} must have select: false; otherwise every query loads it.`,
      );
    }
  }

  /** Routes such as `users/me` do not collide with `users/:id` only because `me` cannot be an id. */
  private checkId(): void {
    const fault = primaryKeyFault(this.entity);
    if (fault !== undefined) throw new ConfigurationError(`entities.user: ${fault}.`);
  }

  private checkIdentifier(): void {
    const { identifiers } = this.settings;
    const missing = missingColumn(this.entity, identifiers);
    if (missing !== undefined) {
      throw new ConfigurationError(
        `identifier: ${this.entity.name} has no column ${missing}; name one of its columns, or add it.`,
      );
    }
    for (const identifier of identifiers) this.checkUnique('identifier', identifier);
  }

  private checkUnique(option: string, property: string): void {
    if (isUniqueColumn(this.entity, property)) return;
    throw new ConfigurationError(
      `${option}: ${this.entity.name}.${property} needs a unique index, such as @Column({ unique: true }); without one, two registrations at the same time would create two users.`,
    );
  }

  /**
   * An attacker could register an address with a user name, and then their own address with the same name. A
   * mail for the second registration would mean that the first address was already registered.
   */
  private checkConcealment(): void {
    const { register } = this.plan.dtos;
    const isTaken = (path: string) => !lacksProperty(register, path.split('.'));
    const unique = propertyOfUniqueKey(this.entity, isTaken);
    if (unique === undefined) return;
    throw new ConfigurationError(
      `registration.concealExisting: ${this.entity.name}.${unique} is unique, and ${this.plan.dtos.register.name} accepts it, so a second registration with the same ${unique} would reveal which addresses exist; remove it from the DTO, or set concealExisting: false.`,
    );
  }

  /** Roles are rows of another table. Roles in such a body would be ignored silently. */
  private checkRolesOfAdminDtos(): void {
    if (!this.entity.findRelationWithPropertyPath('roles')) return;
    const own = this.feature('userManagement')?.options as { updateDto?: Type } | undefined;
    if (!own) return;
    const { adminCreate, adminUpdate } = this.plan.dtos;
    for (const dto of [adminCreate, own.updateDto ?? adminUpdate]) {
      if (!validatedProperties(dto).includes('roles')) continue;
      throw new ConfigurationError(
        `dtos: ${dto.name} declares roles, which these bodies do not write; remove them, and add roleManagement: {}, whose routes assign and revoke roles.`,
      );
    }
  }

  private checkMailHooks(): void {
    const provider = providerOf(this.modules, this.plan, UsersService);
    const isSingleton = provider?.isDependencyTreeStatic() ?? true;
    // A service that a factory creates for each request cannot be checked at boot.
    if (!isSingleton && provider?.isFactory) return;
    const service = (isSingleton ? provider?.instance : provider?.metatype?.prototype) as UsersService;
    const needs = (
      hook: 'sendVerificationToken' | 'sendPasswordResetToken' | 'sendRegistrationAttempt',
      option: string,
      purpose: string,
      instead: string,
    ) => {
      if (service[hook] !== UsersService.prototype[hook]) return;
      throw new ConfigurationError(
        `${option} needs ${hook}() in your service${isSingleton ? '' : ', as a method,'} ${purpose}; add it, or the option mailer, ${instead}.`,
      );
    };
    const token = 'to mail the token';
    if (this.feature('verification')) {
      needs('sendVerificationToken', 'verification', token, 'or leave the feature out');
    }
    if (this.feature('passwordReset')) {
      needs('sendPasswordResetToken', 'passwordReset', token, 'or leave the feature out');
    }
    if (this.settings.requireVerification && !this.plan.verifiesElsewhere) {
      needs('sendVerificationToken', 'requireVerification', token, 'or set requireVerification: false');
    }
    if (this.settings.concealsExisting) {
      needs(
        'sendRegistrationAttempt',
        'registration.concealExisting',
        'to tell the owner of a known address, who otherwise waits for a mail',
        'or set concealExisting: false',
      );
    }
  }

  private feature(key: string) {
    return this.plan.features.find(({ feature }) => feature.key === key);
  }

  private column(name: string): ColumnMetadata | undefined {
    return columnOf(this.entity, name);
  }
}
