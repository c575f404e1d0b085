import type { CanActivate, DynamicModule, Provider, Type } from '@nestjs/common';
import type { BackendOptions } from '../authentication/backend.options.js';
import type { Secret } from '../common/keyring.js';
import type { BaseUser } from '../users/user.entity.js';
import type { ResolvedDtos } from '../users/users.dtos.js';

/** What every feature takes. */
export interface FeatureOptions {
  /** The prefix of the feature's routes; its other paths are relative to it. */
  path?: string;
  /** The feature's tags in an OpenAPI document. Default: none. */
  tags?: string[];
  /** Guards of the feature's routes, before its own. Default: none. */
  guards?: (Type<CanActivate> | CanActivate)[];
  /** Class decorators for the feature's controllers: throttling, a captcha, the host's own marks. Default: none. */
  decorators?: ClassDecorator[];
}

/** What a feature may ask of the rest of the plan. */
export interface HostPlan {
  /** The host's entities, by the names of the options. */
  entities: Readonly<Record<string, Type | undefined>> & { user: Type<BaseUser> };
  /** The name of the TypeORM data source that holds them. */
  dataSource: string | undefined;
  identifier: string;
  dtos: ResolvedDtos;
  backends: readonly BackendOptions[];
  /** Whether the host has a session entity. */
  keepsSessions: boolean;
  /** The features that the host has opened, by their keys. */
  open: readonly string[];
  /** Whether the host has a role entity. */
  hasRoles: boolean;
}

/** What a feature adds to the module. */
export interface FeatureParts {
  controllers: Type[];
  providers?: Provider[];
  /** What every module of the host may inject. */
  exports?: DynamicModule['exports'];
}

/** A feature: an option of the module that, given, registers a controller. */
export interface Feature<Options extends FeatureOptions = FeatureOptions> {
  /** The option's name. */
  readonly key: string;
  /** The options that shape controllers; they are read before dependency injection begins. */
  readonly plan: readonly string[];
  /** The options that a factory may give as well. */
  readonly settings: readonly string[];
  /** The options that are on or off. Default: none. */
  readonly flags?: readonly string[];
  /** The default classes that those which the options name must satisfy. Default: none. */
  readonly inputDtos?: Readonly<Record<string, Type>>;
  /** Whose relations `loadOptions` and `readDto` are about. Default `user`. */
  readonly shows?: 'user' | 'role';
  build(options: Options, host: HostPlan): FeatureParts;
  /**
   * The feature's settings with every default in place, which it finds under its key in {@link FEATURE_SETTINGS}.
   * @param given what a factory says, which wins
   * @param secret from which its keys are derived
   */
  resolve?(options: Options, given: object, secret: Secret): unknown;
}

/** A feature that stands in a subpath of the package comes as what a function there returns. */
export interface OpenFeature {
  readonly feature: Feature<never>;
  readonly options: FeatureOptions;
}

/** Where in the order of {@link Feature}s one of a subpath has its place. */
export interface SubpathFeature {
  readonly key: string;
  /** The call that makes it, for the sentence that stops the boot. */
  readonly from: string;
}

/** The settings of features that resolve their own, by their keys. */
export const FEATURE_SETTINGS = Symbol('nestjs-users: settings of features');

/** The options that every feature has. */
export const FEATURE_PLAN = ['path', 'tags', 'guards', 'decorators'] as const;
