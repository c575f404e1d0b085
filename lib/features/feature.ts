import type { CanActivate, Provider, Type } from '@nestjs/common';
import type { BackendOptions } from '../authentication/backend.options.js';
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
}

/** The options that every feature has. */
export const FEATURE_PLAN = ['path', 'tags', 'guards', 'decorators'] as const;
