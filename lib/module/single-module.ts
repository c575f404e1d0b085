import { type DynamicModule, Injectable } from '@nestjs/common';
import { MODULE_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer } from '@nestjs/core';
import type { HostModule } from '../authentication/host-classes.js';
import { ConfigurationError } from '../common/configuration-error.js';
import { PLAN } from './providers.js';

const plannedModules = (modules: ModulesContainer): HostModule[] =>
  [...modules.values()].filter(({ providers }) => providers.has(PLAN));

/**
 * Allows one module for each application: two would mix up routes, guards and services. Nest creates this class
 * first.
 */
@Injectable()
export class SingleModule {
  constructor(modules: ModulesContainer) {
    const planned = plannedModules(modules);
    if (planned.length < 2) return;
    const importers = [...modules.values()].filter(({ metatype }) => setsUp(metatype, planned));
    const names = importers.map(({ name }) => name).join(' and ');
    const places = names && `, in ${names}`;
    throw new ConfigurationError(
      `UsersModule is set up ${planned.length} times${places}; call forRoot() or forRootAsync() only once, because its exports are available in every module.`,
    );
  }
}

/** Reads the decorator, because Nest adds a global module to the imports of every module. */
function setsUp(metatype: object, planned: readonly HostModule[]): boolean {
  const imports = (Reflect.getMetadata(MODULE_METADATA.IMPORTS, metatype) ?? []) as Partial<DynamicModule>[];
  return imports.some((each) => planned.some(({ metatype: ours }) => ours === each?.module));
}

/** @throws {ConfigurationError} if only the class was imported, without forRoot() or forRootAsync() */
export function requireSetUp(modules: ModulesContainer): void {
  if (plannedModules(modules).length > 0) return;
  throw new ConfigurationError(
    'UsersModule is imported without options; write UsersModule.forRoot({ … }) or UsersModule.forRootAsync({ … }).',
  );
}
