import type { ModuleMetadata, Provider, Type } from '@nestjs/common';
import type { BaseSession } from './authentication/sessions/session.entity.js';
import type { BackendOptions } from './authentication/backend.options.js';
import { jwt } from './authentication/strategies/jwt.strategy.js';
import { bearer } from './authentication/transports/bearer.transport.js';
import { ConfigurationError } from './common/configuration-error.js';
import { isPathName, refuseUnknown, requireBoolean } from './common/option-checks.js';
import { definedFields } from './common/defined-fields.js';
import type {
  Feature,
  FeatureOptions,
  FeatureParts,
  HostPlan,
  OpenFeature,
  SubpathFeature,
} from './features/feature.js';
import { FEATURES } from './features.js';
import type { BaseUser } from './users/user.entity.js';
import type { BaseRole } from './roles/role.entity.js';
import { UsersService } from './users/users.service.js';
import { checkInputDto, checkReadDto, resolveDtos } from './users.dto-checks.js';
import type { UsersModuleAsyncOptions, UsersModuleSettings, UsersPlanOptions } from './users.options.js';

/** The plan with every default in place, checked as far as can be without a database. */
export interface ResolvedPlan extends HostPlan {
  user: Type<BaseUser>;
  session: Type<BaseSession> | undefined;
  role: Type<BaseRole> | undefined;
  service: Type<UsersService>;
  imports: NonNullable<ModuleMetadata['imports']>;
  providers: Provider[];
  isGlobal: boolean;
  protectAll: boolean;
  /** The open features, with the options that they were given. */
  features: { feature: Feature; options: FeatureOptions }[];
  controllers: Type[];
  featureProviders: Provider[];
  featureExports: NonNullable<FeatureParts['exports']>;
  /** The settings that stand beside the plan. */
  declared: Partial<UsersModuleSettings>;
}

const PLAN_KEYS = [
  ...['entities', 'dataSource', 'service', 'imports', 'providers', 'dtos', 'identifier', 'backends'],
  ...['isGlobal', 'protectAll'],
  ...FEATURES.map(({ key }) => key),
];

/** The settings that are no feature's and no backend's. */
export const FLAT_SETTINGS = [
  'secret',
  'secrets',
  'passwords',
  'requireVerification',
  'normalizeIdentifier',
  'limits',
  'trustedProxies',
  'databaseTimeoutSeconds',
] as const;

type Given = UsersPlanOptions & Partial<Pick<UsersModuleAsyncOptions, (typeof FLAT_SETTINGS)[number]>>;

/** @throws {ConfigurationError} for the first contradiction */
export function resolvePlan(given: Given): ResolvedPlan {
  refuseUnknown('', given, [...PLAN_KEYS, ...FLAT_SETTINGS]);
  const options = definedFields(given);
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
  const identifier = options.identifier ?? 'email';
  const backends = checkBackends(options.backends ?? [{ name: 'jwt', transport: bearer(), strategy: jwt() }]);
  const dtos = resolveDtos(options.dtos ?? {}, identifier);
  const features = openFeatures(options);
  const open = features.map(({ feature }) => feature.key);
  const host: HostPlan = {
    entities: { user, session, role, oauthAccount, oneTimeToken },
    dataSource: options.dataSource,
    hasRoles: role !== undefined,
    keepsSessions: session !== undefined,
    ...{ identifier, backends, dtos, open },
  };
  const parts = features.map(({ feature, options: own }) => feature.build(own, host));

  return {
    ...host,
    ...{ user, session, role, features },
    service: checkService(options.service),
    imports: options.imports ?? [],
    providers: options.providers ?? [],
    isGlobal: requireBoolean('isGlobal', options.isGlobal ?? true),
    protectAll: requireBoolean('protectAll', options.protectAll ?? false),
    controllers: parts.flatMap(({ controllers }) => controllers),
    featureProviders: parts.flatMap(({ providers = [] }) => providers),
    featureExports: parts.flatMap(({ exports = [] }) => exports),
    declared: declaredSettings(options, features),
  };
}

function requireClass<T>(path: string, value: Type<T> | undefined, expected: string): Type<T> {
  if (typeof value === 'function') return value;
  throw new ConfigurationError(`${path} is missing; give it ${expected}.`);
}

function optionalEntity<T>(name: string, entity: Type<T> | undefined, bases: string): Type<T> | undefined {
  if (entity === undefined) return undefined;
  return requireClass(`entities.${name}`, entity, `your entity, which extends ${bases}`);
}

function checkService(service: UsersPlanOptions['service']): Type<UsersService> {
  if (service === undefined) return UsersService;
  if (service === UsersService || service.prototype instanceof UsersService) return service;
  throw new ConfigurationError('service must be a class that extends UsersService.');
}

function checkBackends(backends: BackendOptions[]): BackendOptions[] {
  if (!Array.isArray(backends) || backends.length === 0) {
    throw new ConfigurationError('backends must hold at least one backend.');
  }
  const names = new Set<string>();
  for (const [index, backend] of backends.entries()) {
    const { name, transport, strategy } = backend;
    refuseUnknown(`backends[${index}]`, backend, ['name', 'transport', 'strategy']);
    if (!isPathName(name)) {
      throw new ConfigurationError(
        `backends[${index}].name must be of letters, digits and hyphens; it stands in paths.`,
      );
    }
    // Express tells paths by their letters alone.
    if (names.has(name.toLowerCase()))
      throw new ConfigurationError(`backends[${index}].name ${name} is taken; names must differ.`);
    names.add(name.toLowerCase());
    checkPart(name, 'transport', transport, 'bearer() or cookie()');
    checkPart(name, 'strategy', strategy, 'jwt(), database() or keyValue()');
  }
  return backends;
}

/** A definition, or a class of the host's own. */
function checkPart(
  backend: string,
  name: 'transport' | 'strategy',
  part: BackendOptions['transport'] | BackendOptions['strategy'] | undefined,
  examples: string,
): void {
  if (typeof part === 'function') return;
  if (typeof part?.create !== 'function') {
    throw new ConfigurationError(
      `backends.${backend}.${name} is missing; give it ${examples}, or a class of your own.`,
    );
  }
  refuseUnknown(`backends.${backend}: ${part.kind}()`, part.options ?? {}, part.settings);
}

function openFeatures(options: Partial<Given>): ResolvedPlan['features'] {
  return FEATURES.flatMap((each) => {
    const given = (options as Record<string, FeatureOptions | undefined>)[each.key];
    if (given === undefined) return [];
    const { feature, options: own } =
      'from' in each ? requireOpen(each, given) : { feature: each, options: given };
    if (typeof own !== 'object' || own === null) {
      throw new ConfigurationError(`${feature.key} must be an object of options; {} takes the defaults.`);
    }
    refuseUnknown(feature.key, own, [...feature.plan, ...feature.settings]);
    checkFeatureDtos(feature, own as OwnOptions);
    checkFlags(feature, own as OwnOptions);
    return [{ feature, options: definedFields(own) }];
  });
}

function requireOpen({ key, from }: SubpathFeature, given: object): OpenFeature {
  const { feature } = Object(given) as Partial<OpenFeature>;
  if (feature?.key === key) return given as OpenFeature;
  throw new ConfigurationError(`${key} must be what ${from} returns.`);
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
function checkFlags({ key, flags = [] }: Named, own: OwnOptions): void {
  for (const name of flags) if (own[name] !== undefined) requireBoolean(`${key}.${name}`, own[name]);
}

function declaredSettings(
  options: Partial<Given>,
  features: ResolvedPlan['features'],
): Partial<UsersModuleSettings> {
  const flat = FLAT_SETTINGS.map((key) => [key, options[key]]);
  const own = features.map(({ feature, options: given }) => [
    feature.key,
    Object.fromEntries(
      Object.entries(given).filter(
        // What is both, such as a list of clients, the feature resolves by itself.
        ([name]) => feature.settings.includes(name) && !feature.plan.includes(name),
      ),
    ),
  ]);
  return definedFields(Object.fromEntries([...flat, ...own]) as object);
}
