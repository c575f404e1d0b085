import type { InjectionToken, OptionalFactoryDependency, Provider, Type } from '@nestjs/common';
import { ConfigurationError } from '../../common/configuration-error.js';
import { isPlainObject, refuseUnknown, requireObject } from '../../common/option-checks.js';
import { settingsOf } from '../../features/feature.js';
import { FEATURES } from '../features.js';
import type { UsersModuleOptionsFactory, UsersModuleSettings } from '../options.js';
import { FLAT_SETTINGS, planKeys, type ResolvedPlan } from '../plan.js';

/** The three sources of settings that `forRootAsync()` knows. */
export interface Source {
  useFactory?: unknown;
  useClass?: unknown;
  useExisting?: unknown;
  inject?: unknown;
}

/** How Nest gets the settings: it calls the function with the providers in `inject`. */
export interface SettingsFactory {
  providers: Provider[];
  inject: (InjectionToken | OptionalFactoryDependency)[];
  useFactory: (...args: unknown[]) => unknown;
}

const SOURCES = ['useFactory', 'useClass', 'useExisting'] as const;

/** @throws {ConfigurationError} if the entities are not beside the factory: the routes are made before it runs */
export function requireEntitiesBeside(entities: unknown): void {
  if (entities !== undefined) return;
  throw new ConfigurationError(
    'entities of forRootAsync is missing; give it { user: User } beside the factory, because the routes are made before the factory runs.',
  );
}

/** @throws {ConfigurationError} for a source that Nest cannot call */
export function settingsFactory(source: Source): SettingsFactory {
  const { useFactory, useClass, useExisting, inject } = source;
  const given = SOURCES.filter((name) => source[name] !== undefined);
  if (given.length > 1) {
    throw new ConfigurationError(
      `${given.join(' and ')} of forRootAsync exclude each other; use only one of them.`,
    );
  }
  if (given.length === 0 || (useFactory !== undefined && typeof useFactory !== 'function')) {
    throw new ConfigurationError(
      'useFactory of forRootAsync is missing; give it a function that returns the settings, at least { secret }, or use useClass or useExisting.',
    );
  }
  if (inject !== undefined && (!Array.isArray(inject) || useFactory === undefined)) {
    throw new ConfigurationError(
      'inject of forRootAsync must be a list of the providers that useFactory takes as arguments.',
    );
  }
  if (typeof useFactory === 'function') {
    requireArguments(useFactory, inject ?? []);
    return {
      providers: [],
      inject: (inject ?? []) as SettingsFactory['inject'],
      useFactory: useFactory as SettingsFactory['useFactory'],
    };
  }
  if (useClass !== undefined && typeof useClass !== 'function') {
    throw new ConfigurationError(
      'useClass of forRootAsync must be a class with the method createUsersModuleOptions().',
    );
  }
  const token = (useClass ?? useExisting) as InjectionToken;
  return {
    providers: typeof useClass === 'function' ? [useClass as Type] : [],
    inject: [token],
    useFactory: (factory: unknown) =>
      settingsFrom(factory, useClass === undefined ? 'useExisting' : 'useClass'),
  };
}

function requireArguments({ length }: { length: number }, inject: readonly unknown[]): void {
  if (length <= inject.length) return;
  const taken = length === 1 ? 'an argument' : `${length} arguments`;
  const named = inject.length === 0 ? 'is missing' : `names only ${inject.length}`;
  throw new ConfigurationError(
    `useFactory of forRootAsync takes ${taken}, but inject ${named}; list the provider of each argument there, in the same order.`,
  );
}

function settingsFrom(factory: unknown, source: string): unknown {
  const { createUsersModuleOptions } = Object(factory) as Partial<UsersModuleOptionsFactory>;
  if (typeof createUsersModuleOptions === 'function') return createUsersModuleOptions.call(factory);
  const name = (Object(factory) as object).constructor.name;
  throw new ConfigurationError(
    `${source} of forRootAsync: ${name} needs the method createUsersModuleOptions().`,
  );
}

/** @throws {ConfigurationError} for anything except an object */
export function requireSettings(given: unknown): Partial<UsersModuleSettings> {
  if (isPlainObject(given)) return given as Partial<UsersModuleSettings>;
  const fault = given === undefined ? 'returned nothing; let it return' : 'must return';
  throw new ConfigurationError(`useFactory of forRootAsync ${fault} the settings, at least { secret }.`);
}

/** A factory may return only settings, and only for features and backends in the plan. */
export function refuseStrangers(plan: ResolvedPlan, given: Partial<UsersModuleSettings>): void {
  const open = plan.features.filter(({ feature }) => settingsOf(feature).length > 0);
  const known = [...FLAT_SETTINGS, 'backends', ...open.map(({ feature }) => feature.key)];
  refusePlanned(plan, given, known);
  refuseUnknown('', given, known);
  for (const { feature } of open) {
    const own = (given as Record<string, object | undefined>)[feature.key];
    if (own === undefined) continue;
    requireObject(feature.key, own);
    const settings = settingsOf(feature);
    const planned = Object.keys(own).find(
      (name) => Object.hasOwn(feature.kinds, name) && !settings.includes(name),
    );
    if (planned !== undefined) throw plannedInFactory(`${feature.key}.${planned}`);
    refuseUnknown(feature.key, own, settings);
  }
  const { backends = {} } = given;
  if (!isPlainObject(backends)) {
    throw new ConfigurationError(
      'backends of the factory must be an object of settings by name, such as { jwt: { lifetimeSeconds: 900 } }; pass the list of backends to forRootAsync beside useFactory.',
    );
  }
  refuseUnknown(
    'backends',
    backends,
    plan.backends.map(({ name }) => name),
  );
  for (const { name, transport, strategy } of plan.backends) {
    const settings = [transport, strategy].flatMap((part) => ('settings' in part ? part.settings : []));
    const own = backends[name] ?? {};
    requireObject(`backends.${name}`, own);
    refuseUnknown(`backends.${name}`, own, settings);
  }
}

/** Options that shape controllers are read before a factory runs. */
function refusePlanned({ open }: ResolvedPlan, given: object, known: readonly string[]): void {
  const planned = Object.keys(given).find((key) => planKeys().includes(key) && !known.includes(key));
  if (planned === undefined) return;
  if (!takesSettings(planned) || open.includes(planned)) throw plannedInFactory(planned);
  const feature = planned === 'oauth2' ? 'oauth2: oauth2({ … })' : `${planned}: {}`;
  throw new ConfigurationError(
    `the factory returns settings of ${planned}, which is not registered; write ${feature} beside useFactory.`,
  );
}

const plannedInFactory = (option: string) =>
  new ConfigurationError(
    `the option ${option} must be known before a factory runs; pass it to forRootAsync beside useFactory.`,
  );

/** The settings of a feature from a subpath are unknown until it is registered; that feature has settings. */
const takesSettings = (key: string): boolean =>
  FEATURES.some((each) => each.key === key && ('from' in each || settingsOf(each).length > 0));
