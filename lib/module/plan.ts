import type { ModuleMetadata, Provider, Type } from '@nestjs/common';
import { PARAMTYPES_METADATA, SELF_DECLARED_DEPS_METADATA } from '@nestjs/common/constants.js';
import type { BaseSession } from '../authentication/sessions/session.entity.js';
import { jwt } from '../authentication/strategies/jwt.strategy.js';
import { bearer } from '../authentication/transports/bearer.transport.js';
import { ConfigurationError } from '../common/configuration-error.js';
import { isPlainObject, refuseUnknown, requireBoolean } from '../common/option-checks.js';
import { keysOf } from '../common/option-keys.js';
import { definedFields } from '../common/defined-fields.js';
import {
  type Feature,
  type FeatureOptions,
  type FeatureParts,
  type HostPlan,
  type OpenFeature,
  optionNames,
  type SubpathFeature,
} from '../features/feature.js';
import { checkGuards } from '../features/feature.guards.js';
import { type FeatureKey, FEATURES } from './features.js';
import { normalizeEmail } from '../users/email-address.js';
import type { BaseUser } from '../users/user.entity.js';
import type { BaseRole } from '../roles/role.entity.js';
import { UsersService } from '../accounts/users.service.js';
import { checkBackends } from './checks/backend-checks.js';
import { checkInputDto, checkReadDto, resolveDtos } from './checks/dto-checks.js';
import { requireOwnRoutes } from './checks/route-checks.js';
import type { FlatSettings, UsersModuleSettings, UsersPlanOptions } from './options.js';

/** The plan, with defaults filled in, checked as far as possible without a database. */
export interface ResolvedPlan extends HostPlan {
  user: Type<BaseUser>;
  session: Type<BaseSession> | undefined;
  role: Type<BaseRole> | undefined;
  service: Type<UsersService>;
  imports: NonNullable<ModuleMetadata['imports']>;
  providers: Provider[];
  isGlobal: boolean;
  protectAll: boolean;
  /** Whether the host verifies users with its own code. */
  verifiesElsewhere: boolean;
  /** The registered features and their options. */
  features: { feature: Feature; options: FeatureOptions }[];
  controllers: Type[];
  featureProviders: Provider[];
  featureExports: NonNullable<FeatureParts['exports']>;
  /**
   * The settings that were passed together with the plan. A function, so that printing the module does not show
   * the secret.
   */
  declared: () => Partial<UsersModuleSettings>;
}

/** The options that shape controllers and must be known before a factory runs. */
export const planKeys = (): string[] => [
  ...keysOf<Omit<UsersPlanOptions, FeatureKey>>({
    entities: true,
    dataSource: true,
    service: true,
    imports: true,
    providers: true,
    dtos: true,
    identifier: true,
    backends: true,
    isGlobal: true,
    protectAll: true,
  }),
  ...FEATURES.map(({ key }) => key),
];

const ENTITIES = keysOf<UsersPlanOptions['entities']>({
  user: true,
  session: true,
  role: true,
  oauthAccount: true,
  oneTimeToken: true,
});

/** The settings that are no feature's and no backend's. */
export const FLAT_SETTINGS = keysOf<FlatSettings>({
  secret: true,
  secrets: true,
  passwords: true,
  requireVerification: true,
  normalizeIdentifier: true,
  mailer: true,
  limits: true,
  trustedProxies: true,
  headersOf: true,
  databaseTimeoutSeconds: true,
});

type Given = UsersPlanOptions & Partial<FlatSettings>;

/** @throws {ConfigurationError} for the first contradiction */
export function resolvePlan(given: Given): ResolvedPlan {
  refuseUnknown('', given, [...planKeys(), ...FLAT_SETTINGS]);
  const options = definedFields(given);
  requireEntities(options.entities);
  const user = requireClass(
    'entities.user',
    options.entities?.user,
    'your entity, which extends UuidUser or IntUser',
  );
  const session = optionalEntity('session', options.entities?.session, 'UuidSession or IntSession');
  const role = optionalEntity('role', options.entities?.role, 'UuidRole or IntRole');
  const oauthAccount = optionalEntity(
    'oauthAccount',
    options.entities?.oauthAccount,
    'UuidOAuthAccount or IntOAuthAccount',
  );
  const oneTimeToken = optionalEntity('oneTimeToken', options.entities?.oneTimeToken, 'BaseOneTimeToken');
  for (const list of ['imports', 'providers'] as const) requireList(list, options[list]);
  const identifiers = requireIdentifiers(options.identifier ?? 'email');
  const backends = checkBackends(options.backends ?? [{ name: 'jwt', transport: bearer(), strategy: jwt() }]);
  const dtos = resolveDtos(options.dtos ?? {}, identifiers);
  const verifiesElsewhere = options.verification === 'elsewhere';
  const features = openFeatures({ ...options, ...(verifiesElsewhere && { verification: undefined }) });
  const open = features.map(({ feature }) => feature.key);
  const host: HostPlan = {
    entities: { user, session, role, oauthAccount, oneTimeToken },
    dataSource: options.dataSource,
    hasRoles: role !== undefined,
    keepsSessions: session !== undefined,
    ...{ identifiers, backends, dtos, open, addresses: { normalizeEmail } },
  };
  const parts = features.map(({ feature, options: own }) => feature.build(own, host));
  const controllers = parts.flatMap((part) => part.controllers);
  requireOwnRoutes(controllers);

  return {
    ...host,
    ...{ user, session, role, features, verifiesElsewhere },
    service: checkService(options.service),
    imports: options.imports ?? [],
    providers: options.providers ?? [],
    isGlobal: requireBoolean('isGlobal', options.isGlobal ?? true),
    protectAll: requireBoolean('protectAll', options.protectAll ?? false),
    controllers,
    featureProviders: parts.flatMap(({ providers = [] }) => providers),
    featureExports: parts.flatMap(({ exports = [] }) => exports),
    declared: () => declaredSettings(options, features),
  };
}

function requireList(option: string, given: unknown): void {
  if (given !== undefined && !Array.isArray(given)) throw new ConfigurationError(`${option} must be a list.`);
}

function requireEntities(entities: unknown): void {
  if (entities === undefined || isPlainObject(entities)) {
    refuseUnknown('entities', entities ?? {}, ENTITIES);
    return;
  }
  const { name = 'User' } = Object(entities) as { name?: string };
  throw new ConfigurationError(`entities must be an object of your entities, such as { user: ${name} }.`);
}

function requireClass<T>(path: string, value: Type<T> | undefined, expected: string): Type<T> {
  if (typeof value === 'function') return value;
  const fault = value === undefined ? 'is missing; give it' : 'must be the class of';
  throw new ConfigurationError(`${path} ${fault} ${expected}.`);
}

function requireIdentifiers(given: string | readonly string[]): readonly string[] {
  const identifiers = [given].flat();
  const isPair =
    identifiers.length === 2 && identifiers.includes('email') && identifiers[0] !== identifiers[1];
  if (identifiers.every((each) => typeof each === 'string') && (identifiers.length === 1 || isPair)) {
    return identifiers;
  }
  throw new ConfigurationError("identifier must name one property, or 'email' and one other property.");
}

function optionalEntity<T>(name: string, entity: Type<T> | undefined, bases: string): Type<T> | undefined {
  if (entity === undefined) return undefined;
  return requireClass(`entities.${name}`, entity, `your entity, which extends ${bases}`);
}

function checkService(service: UsersPlanOptions['service']): Type<UsersService> {
  if (service === undefined) return UsersService;
  const isOurs = typeof service === 'function' && service.prototype instanceof UsersService;
  if (service === UsersService) return service;
  if (isOurs) return requireInjectable(service);
  throw new ConfigurationError('service must be a class that extends UsersService.');
}

/** Without a decorator, TypeScript notes no parameters, and Nest would pass `undefined` for each of them. */
function requireInjectable(service: Type<UsersService>): Type<UsersService> {
  const isDescribed = [PARAMTYPES_METADATA, SELF_DECLARED_DEPS_METADATA].some((key) =>
    Reflect.hasOwnMetadata(key, service),
  );
  if (service.length === 0 || isDescribed) return service;
  throw new ConfigurationError(
    `service: ${service.name} injects by its constructor, but Nest does not know what; add @Injectable() to the class.`,
  );
}

function openFeatures(options: Partial<Given>): ResolvedPlan['features'] {
  return FEATURES.flatMap((each) => {
    const given = (options as Record<string, FeatureOptions | undefined>)[each.key];
    if (given === undefined) return [];
    const { feature, options: own } =
      'from' in each ? requireOpen(each, given) : { feature: each, options: given };
    if (!isPlainObject(own)) {
      throw new ConfigurationError(`${feature.key} must be an object of options; {} uses the defaults.`);
    }
    refuseUnknown(feature.key, own, Object.keys(feature.kinds));
    checkGuards(feature.key, own);
    checkFeatureDtos(feature, own as OwnOptions);
    checkFlags(feature, own as OwnOptions);
    return [{ feature, options: definedFields(own) }];
  });
}

function requireOpen({ key, from }: SubpathFeature, given: object): OpenFeature {
  const { feature } = Object(given) as Partial<OpenFeature>;
  if (feature?.key === key) return given as OpenFeature;
  throw new ConfigurationError(`${key} must be the result of ${from}.`);
}

type Named = Omit<Feature, 'build' | 'resolve'>;
type OwnOptions = Record<string, unknown> & { readDto?: Type };

function checkFeatureDtos({ key, inputDtos = {} }: Named, own: OwnOptions): void {
  if (own.readDto !== undefined) checkReadDto(`${key}.readDto`, own.readDto);
  for (const [name, standard] of Object.entries(inputDtos)) {
    if (own[name] !== undefined) checkInputDto(`${key}.${name}`, own[name] as Type, standard);
  }
}

/** A text would be on, whatever it says. */
function checkFlags(feature: Named, own: OwnOptions): void {
  for (const name of optionNames(feature, 'flag')) {
    if (own[name] !== undefined) requireBoolean(`${feature.key}.${name}`, own[name]);
  }
}

function declaredSettings(
  options: Partial<Given>,
  features: ResolvedPlan['features'],
): Partial<UsersModuleSettings> {
  const flat = FLAT_SETTINGS.map((key) => [key, options[key]]);
  const own = features.map(({ feature, options: given }) => {
    // What is both, such as a list of clients, the feature resolves by itself.
    const settings = optionNames(feature, 'setting');
    return [
      feature.key,
      Object.fromEntries(Object.entries(given).filter(([name]) => settings.includes(name))),
    ];
  });
  return definedFields(Object.fromEntries([...flat, ...own]) as object);
}
