import { Inject, Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { EntityMetadata, Repository } from 'typeorm';
import { type HostClass, hostClasses } from '../../authentication/host-classes.js';
import { declaredLoadOptions } from '../../authentication/user-load-options.decorator.js';
import { ConfigurationError } from '../../common/configuration-error.js';
import type { BaseRole } from '../../roles/role.entity.js';
import { ROLE_ENTITY_REPOSITORY } from '../../roles/roles.repository.js';
import { type LoadOptions, loadFault } from '../../users/load-options.js';
import { type BaseUser, USER_ENTITY_REPOSITORY } from '../../users/user.entity.js';
import { PLAN } from '../providers.js';
import type { ResolvedPlan } from '../plan.js';

/**
 * Checks that the relations in decorators and options exist, so that a misspelt one stops the boot, not the
 * first request.
 */
@Injectable()
export class LoadChecks implements OnModuleInit {
  constructor(
    @Inject(PLAN) private readonly plan: ResolvedPlan,
    @Inject(USER_ENTITY_REPOSITORY) private readonly users: Repository<BaseUser>,
    private readonly modules: ModulesContainer,
    @Optional()
    @Inject(ROLE_ENTITY_REPOSITORY)
    private readonly roles?: Repository<BaseRole>,
  ) {}

  onModuleInit(): void {
    for (const { feature, options } of this.plan.features) {
      const { loadOptions } = options as { loadOptions?: LoadOptions };
      const entity = feature.shows === 'role' ? this.roles?.metadata : this.users.metadata;
      if (loadOptions && entity) this.check(`${feature.key}.loadOptions`, loadOptions, entity);
    }
    for (const each of hostClasses(this.modules.values(), this.plan.controllers)) this.checkClass(each);
  }

  private checkClass({ target, methods }: HostClass): void {
    const own = declaredLoadOptions(target);
    if (own) this.check(`@UserLoadOptions() of ${target.name}`, own, this.users.metadata);
    for (const { name, method } of methods) {
      const load = declaredLoadOptions(method);
      if (load) this.check(`@UserLoadOptions() of ${target.name}.${name}`, load, this.users.metadata);
    }
  }

  private check(place: string, load: LoadOptions, entity: EntityMetadata): void {
    const fault = loadFault(load, entity);
    if (fault !== undefined) throw new ConfigurationError(`${place} ${fault}.`);
  }
}
