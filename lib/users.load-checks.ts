import { Inject, Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import type { EntityMetadata, Repository } from 'typeorm';
import { declaredLoadOptions } from './authentication/user-load-options.decorator.js';
import { ConfigurationError } from './common/configuration-error.js';
import type { BaseRole } from './roles/role.entity.js';
import { ROLE_ENTITY_REPOSITORY } from './roles/roles.repository.js';
import { type LoadOptions, loadFault } from './users/load-options.js';
import type { BaseUser } from './users/user.entity.js';
import { USER_ENTITY_REPOSITORY } from './users/users.settings.js';
import { PLAN } from './users.module-definition.js';
import type { ResolvedPlan } from './users.plan.js';

/** Relations that are asked for by metadata exist: a misspelt one stops the boot, not the first request. */
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
    for (const target of this.hostClasses()) this.checkClass(target);
  }

  private *hostClasses(): Iterable<object> {
    for (const { controllers, providers } of this.modules.values()) {
      for (const { metatype } of [...controllers.values(), ...providers.values()]) {
        const isOurs = this.plan.controllers.includes(metatype as never);
        if (typeof metatype === 'function' && metatype.prototype && !isOurs) yield metatype;
      }
    }
  }

  private checkClass(target: object): void {
    const { name, prototype } = target as { name: string; prototype: Record<string, object> };
    const own = declaredLoadOptions(target);
    if (own) this.check(`@UserLoadOptions() of ${name}`, own, this.users.metadata);
    for (const method of new MetadataScanner().getAllMethodNames(prototype)) {
      const load = declaredLoadOptions(prototype[method]);
      if (load) this.check(`@UserLoadOptions() of ${name}.${method}`, load, this.users.metadata);
    }
  }

  private check(place: string, load: LoadOptions, entity: EntityMetadata): void {
    const fault = loadFault(load, entity);
    if (fault !== undefined) throw new ConfigurationError(`${place} ${fault}.`);
  }
}
