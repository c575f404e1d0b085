import type { CanActivate, DynamicModule, Provider, Type } from '@nestjs/common';
import type { BackendOptions } from '../authentication/backend.options.js';
import type { Secret } from '../common/keyring.js';
import type { AddressRule } from '../users/email-address.js';
import type { BaseUser } from '../users/user.entity.js';
import type { ResolvedDtos } from './dtos.js';

/** The options that every feature takes. */
export interface FeatureOptions {
  /**
   * The prefix of the feature's routes. The other paths of a feature are relative to it, except `associatePath` and
   * `accountsPath` of `oauth2`.
   * @default the feature's own
   */
  path?: string;
  /**
   * Tags of the feature's routes in an OpenAPI document.
   * @default none
   */
  tags?: string[];
  /**
   * Guards in addition to what the feature's routes ask for. They run first, for example to throttle. They never open
   * a route.
   * @default none
   */
  guards?: (Type<CanActivate> | CanActivate)[];
  /**
   * Class decorators for the feature's controllers, for example for throttling, a captcha or your own metadata. They
   * never open a route.
   * @default none
   */
  decorators?: ClassDecorator[];
}

/** The parts of the plan that a feature may use. */
export interface HostPlan {
  /** The host's entities, by the names of the options. */
  entities: Readonly<Record<string, Type | undefined>> & { user: Type<BaseUser> };
  /** The name of their TypeORM data source. */
  dataSource: string | undefined;
  /** The properties by which users log in. */
  identifiers: readonly string[];
  dtos: ResolvedDtos;
  addresses: AddressRule;
  backends: readonly BackendOptions[];
  /** Whether the host has a session entity. */
  keepsSessions: boolean;
  /** The features that the host has opened, by their keys. */
  open: readonly string[];
  /** Whether the host has a role entity. */
  hasRoles: boolean;
}

/** The parts that a feature adds to the module. */
export interface FeatureParts {
  controllers: Type[];
  providers?: Provider[];
  /** Providers that every module of the host may inject. */
  exports?: DynamicModule['exports'];
}

/**
 * What an option of a feature is. The `plan` shapes controllers, and is read before dependency injection begins; a `flag`
 * is a part of it that is on or off. A `setting` may come from a factory instead. Of what is `both`, a factory gives a part.
 */
export type OptionKind = 'plan' | 'flag' | 'setting' | 'both';

/**
 * The kind of every option, as the types have it.
 * @typeParam Settings what a factory may give
 */
export type OptionKinds<Options, Settings = object> = {
  readonly [Key in keyof Options]-?: Key extends keyof Settings
    ? Settings[Key] extends Options[Key]
      ? 'setting'
      : 'both'
    : NonNullable<Options[Key]> extends boolean
      ? 'flag'
      : 'plan';
};

/** A feature: an option of the module that, given, registers a controller. */
export interface Feature<Options extends FeatureOptions = FeatureOptions, Key extends string = string> {
  /** The option's name. */
  readonly key: Key;
  /** The options that it takes, and what each is. */
  readonly kinds: Readonly<Record<keyof Options & string, OptionKind>>;
  /** The default classes that those which the options name must satisfy. Default: none. */
  readonly inputDtos?: Readonly<Partial<Record<keyof Options & string, Type>>>;
  /** Whose relations `loadOptions` and `readDto` are about. Default `user`. */
  readonly shows?: 'user' | 'role';
  build(options: Options, host: HostPlan): FeatureParts;
  /** The injection token for the result of {@link resolve}. */
  readonly settingsToken?: symbol;
  /**
   * The feature's settings, with defaults filled in.
   * @param given the factory's settings, which take precedence
   * @throws {ConfigurationError}
   */
  resolve?(options: Options, given: object, context: SettingsContext): unknown;
}

/** The other settings that a feature may use. */
export interface SettingsContext {
  /** The secret from which the feature's keys are derived. */
  secret: Secret;
  requireVerification: boolean;
  /** Whether answers must hide which addresses are registered. */
  concealsExisting: boolean;
  /** The features that the host has opened, by their keys. */
  open: readonly string[];
}

/** A feature from a subpath of the package, as its function returns it. */
export interface OpenFeature {
  readonly feature: Feature<never>;
  readonly options: FeatureOptions;
}

/** The place of a subpath's feature in the order of {@link Feature}s. */
export interface SubpathFeature {
  readonly key: string;
  /** The call that creates it, for boot sentences. */
  readonly from: string;
}

/** The options that every feature has. */
export const FEATURE_KINDS: OptionKinds<FeatureOptions> = {
  path: 'plan',
  tags: 'plan',
  guards: 'plan',
  decorators: 'plan',
};

/** The names of a feature's options of these kinds. */
export const optionNames = ({ kinds }: Pick<Feature, 'kinds'>, ...wanted: OptionKind[]): string[] =>
  Object.entries(kinds).flatMap(([name, kind]) => (wanted.includes(kind) ? [name] : []));

/** The names of those that a factory may give. */
export const settingsOf = (feature: Pick<Feature, 'kinds'>): string[] =>
  optionNames(feature, 'setting', 'both');
