import { type DynamicModule, Module } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { ConfigurationError } from '../common/configuration-error.js';
import { definedFields } from '../common/defined-fields.js';
import { isPlainObject } from '../common/option-checks.js';
import { hostEntitiesModule } from '../database/host-entities.js';
import type { BaseRole } from '../roles/role.entity.js';
import type { BaseUser } from '../users/user.entity.js';
import { backendProviders } from './backends.js';
import { BootChecks } from './checks/boot-checks.js';
import { ColumnChecks } from './checks/column-checks.js';
import {
  requireEntitiesBeside,
  requireSettings,
  settingsFactory,
  type SettingsFactory,
} from './checks/factory-checks.js';
import { createExports, createProviders, SETTINGS } from './providers.js';
import type { UsersModuleAsyncOptions, UsersModuleOptions } from './options.js';
import { type ResolvedPlan, resolvePlan } from './plan.js';
import { type ResolvedSettings, resolveSettings } from './settings.js';
import { GuardChecks } from './checks/guard-checks.js';
import { MailerLife } from './mailer-life.js';
import { LoadChecks } from './checks/load-checks.js';
import { RoleChecks } from './checks/role-checks.js';
import { ScopeChecks } from './checks/scope-checks.js';
import { SessionChecks } from './checks/session-checks.js';
import { requireSetUp, SingleModule } from './single-module.js';
import { UnreadableBodies } from './unreadable-bodies.js';

/** User accounts. One import registers a controller for each feature in the options. */
@Module({})
export class UsersModule {
  /** @throws {ConfigurationError} here or at boot, with one sentence that names the option and the fix */
  static forRoot<User extends BaseUser, Role extends BaseRole = BaseRole>(
    options: UsersModuleOptions<User, Role>,
  ): DynamicModule {
    const plan = resolvePlan(asPlan(requireOptions('forRoot', options)));
    return createModule(plan, { providers: [], inject: [] }, () => resolveSettings(plan, {}));
  }

  /** As {@link forRoot}, with settings from a factory. */
  static forRootAsync<
    User extends BaseUser,
    Role extends BaseRole = BaseRole,
    Backend extends string = 'jwt',
  >(options: UsersModuleAsyncOptions<User, Role, Backend>): DynamicModule {
    const { inject, useFactory, useClass, useExisting, ...rest } = requireOptions('forRootAsync', options);
    const source = settingsFactory({ inject, useFactory, useClass, useExisting });
    requireEntitiesBeside(rest.entities);
    const plan = resolvePlan(asPlan(rest));
    return createModule(plan, source, async (...args: unknown[]) =>
      resolveSettings(plan, definedFields(requireSettings(await source.useFactory(...args)))),
    );
  }

  constructor(modules: ModulesContainer) {
    requireSetUp(modules);
  }
}

/**
 * Inside the library, every user is a BaseUser, because TypeORM's repositories are invariant in their entity.
 */
const asPlan = (options: object) => options as Parameters<typeof resolvePlan>[0];

function requireOptions<Options extends object>(method: string, options: Options): Options {
  if (method === 'forRoot' && 'useFactory' in Object(options)) {
    throw new ConfigurationError(
      'UsersModule.forRoot() takes no useFactory; write UsersModule.forRootAsync().',
    );
  }
  if (isPlainObject(options)) return options;
  throw new ConfigurationError(
    `UsersModule.${method}() needs options, at least ${method === 'forRoot' ? 'secret' : 'useFactory'} and entities.`,
  );
}

function createModule(
  plan: ResolvedPlan,
  { providers, inject }: Pick<SettingsFactory, 'providers' | 'inject'>,
  useFactory: (...args: unknown[]) => ResolvedSettings | Promise<ResolvedSettings>,
): DynamicModule {
  return {
    module: UsersModule,
    global: plan.isGlobal,
    imports: [hostEntitiesModule(plan.entities, plan.dataSource), ...plan.imports],
    controllers: plan.controllers,
    providers: [
      SingleModule,
      ...providers,
      {
        provide: SETTINGS,
        inject: [SingleModule, ...inject],
        useFactory: (_, ...args: unknown[]) => useFactory(...args),
      },
      ScopeChecks,
      RoleChecks,
      BootChecks,
      ColumnChecks,
      LoadChecks,
      GuardChecks,
      SessionChecks,
      UnreadableBodies,
      MailerLife,
      ...backendProviders(plan),
      ...createProviders(plan),
    ],
    exports: createExports(plan),
  };
}
