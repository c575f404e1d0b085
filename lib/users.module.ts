import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { definedFields } from './common/defined-fields.js';
import type { BaseUser } from './users/user.entity.js';
import { backendProviders } from './users.backends.js';
import { BootChecks } from './users.boot-checks.js';
import { createExports, createProviders, SETTINGS } from './users.module-definition.js';
import type { UsersModuleAsyncOptions, UsersModuleOptions } from './users.options.js';
import { type ResolvedPlan, resolvePlan } from './users.plan.js';
import { resolveSettings } from './users.settings.js';
import { LoadChecks } from './users.load-checks.js';
import { RoleChecks } from './users.role-checks.js';
import { SessionChecks } from './users.session-checks.js';
import { UnreadableBodies } from './users.unreadable-bodies.js';

/** User accounts: one import registers a controller for each feature that the options name. */
@Module({})
export class UsersModule {
  /** @throws {ConfigurationError} here or at boot, in one sentence that names the option and the mend */
  static forRoot<User extends BaseUser>(options: UsersModuleOptions<User>): DynamicModule {
    const plan = resolvePlan(asPlan(options));
    return createModule(plan, { provide: SETTINGS, useFactory: () => resolveSettings(plan, {}) });
  }

  /** As {@link forRoot}, with the settings from a factory. */
  static forRootAsync<User extends BaseUser>(options: UsersModuleAsyncOptions<User>): DynamicModule {
    const { inject = [], useFactory, ...rest } = options;
    const plan = resolvePlan(asPlan(rest));
    return createModule(plan, {
      provide: SETTINGS,
      inject,
      useFactory: async (...args: unknown[]) =>
        resolveSettings(plan, definedFields(await useFactory(...args))),
    });
  }
}

/** Inside the library a user is a BaseUser; TypeORM's repositories are invariant in their entity. */
const asPlan = (options: object) => options as Parameters<typeof resolvePlan>[0];

const entitiesOf = ({ entities }: ResolvedPlan) =>
  Object.values(entities).filter((entity) => entity !== undefined);

function createModule(plan: ResolvedPlan, settings: Provider): DynamicModule {
  return {
    module: UsersModule,
    global: plan.isGlobal,
    imports: [TypeOrmModule.forFeature(entitiesOf(plan), plan.dataSource), ...plan.imports],
    controllers: plan.controllers,
    providers: [
      settings,
      BootChecks,
      LoadChecks,
      SessionChecks,
      RoleChecks,
      UnreadableBodies,
      ...backendProviders(plan),
      ...createProviders(plan),
    ],
    exports: createExports(plan),
  };
}
