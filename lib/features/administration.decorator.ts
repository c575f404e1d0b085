import { applyDecorators, type CanActivate, type Type, UseGuards } from '@nestjs/common';
import { Authenticated } from '../authentication/authenticated.guard.js';
import { requireInjected } from '../authentication/authenticating.guard.js';
import { ruleOf } from '../authentication/guard-rule.js';
import { requireCall } from '../authentication/parentheses.js';
import { Superuser } from '../authorization/superuser.guard.js';
import { ConfigurationError } from '../common/configuration-error.js';
import type { FeatureOptions } from './feature.js';
import { isGuard } from './feature.guards.js';
import { FeatureController, UseBasesOfGuards } from './feature.decorators.js';

type Guard = Type<CanActivate> | CanActivate;

/** The options of the features for administrators. */
export interface AdministrationOptions extends FeatureOptions {
  /**
   * Your guard that decides who may administer, or several guards that must all let the user in. They run after the
   * route has authenticated the user, and find the user at `request.user`.
   * @default superusers, or the role guards in `guards`
   */
  authorizedBy?: Guard | Guard[];
}

/**
 * As {@link FeatureController}, for administrators. A login is always required. Role guards, `Superuser()` or
 * `authorizedBy` decide which users may use the routes; without any of them, only superusers may.
 */
export function AdministrationController(options: AdministrationOptions, path?: string): ClassDecorator {
  const { guards = [], authorizedBy = [] } = options;
  const authorizing = [authorizedBy].flat();
  const hasAuthorization = [...guards, ...authorizing].some((guard) => ruleOf(guard)?.authorizes);
  return applyDecorators(
    FeatureController(options, path),
    UseGuards(
      Authenticated(),
      ...authorizing,
      ...(hasAuthorization || authorizing.length > 0 ? [] : [Superuser()]),
    ),
    UseBasesOfGuards(),
  );
}

/** @throws {ConfigurationError} for an `authorizedBy` whose guard lets in every user */
export function checkAuthorizedBy(feature: string, { authorizedBy }: AdministrationOptions): void {
  if (authorizedBy === undefined) return;
  const guards: unknown[] = [authorizedBy].flat();
  if (guards.length === 0) {
    throw new ConfigurationError(`${feature}.authorizedBy is empty; name a guard, or leave the option out.`);
  }
  for (const guard of guards) {
    requireCall(guard, `in ${feature}.authorizedBy`);
    requireInjected(guard, `in ${feature}.authorizedBy`);
    if (!isGuard(guard))
      throw new ConfigurationError(`${feature}.authorizedBy must be a guard, or a list of guards.`);
    const rule = ruleOf(guard);
    if (!rule || rule.authorizes) continue;
    throw new ConfigurationError(
      `${feature}.authorizedBy names ${rule.name}, which lets in every user; name a guard that checks a right, such as a role.`,
    );
  }
}
