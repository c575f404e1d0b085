import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { GUARDS_METADATA } from '@nestjs/common/constants.js';
import { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import { requireInjected } from '../../authentication/authenticating.guard.js';
import { OF_APPLICATION, type PlacedGuard, placedGuards } from '../../authentication/guard-places.js';
import { type GuardRule, guardsAt, ruleOf } from '../../authentication/guard-rule.js';
import type { AdministrationOptions } from '../../features/administration.decorator.js';
import { type HostClass, hostClasses } from '../../authentication/host-classes.js';
import { requireCall } from '../../authentication/parentheses.js';
import { isPublicAt, isPublicItself } from '../../authentication/public.decorator.js';
import { ConfigurationError } from '../../common/configuration-error.js';
import { requireFieldGuards } from './field-resolver-checks.js';
import { PLAN } from '../providers.js';
import type { ResolvedPlan } from '../plan.js';

/**
 * Checks guards whose requirements cannot be met, and routes with contradicting decorators. Each fault stops
 * the boot with one sentence.
 */
@Injectable()
export class GuardChecks implements OnModuleInit {
  constructor(
    @Inject(PLAN) private readonly plan: ResolvedPlan,
    private readonly modules: ModulesContainer,
    private readonly application: ApplicationConfig,
  ) {}

  onModuleInit(): void {
    for (const { guard, place } of this.guards()) {
      requireCall(guard, place);
      requireInjected(guard, place);
      const rule = ruleOf(guard);
      if (rule) this.checkRule(rule, place);
    }
    for (const wrapper of this.application.getGlobalRequestGuards()) {
      requireNotTransient(wrapper);
      requireNoGateway(wrapper, this.modules);
    }
    for (const each of hostClasses(this.modules.values(), this.plan.controllers)) checkClass(each);
    requireFieldGuards(this.modules);
  }

  /**
   * Classes instead of instances where possible: a request-scoped guard has no instance yet, and no
   * `onModuleInit`.
   */
  private *guards(): Iterable<PlacedGuard> {
    for (const { feature, options } of this.plan.features) {
      yield* optionalGuards(options, feature.key);
    }
    for (const guard of this.application.getGlobalGuards()) yield { guard, place: OF_APPLICATION };
    yield* placedGuards([...this.modules.values()], this.plan.controllers);
    // A guard that only another guard calls stands at no route.
    for (const { name, providers } of this.modules.values()) {
      for (const { metatype } of providers.values()) yield { guard: metatype, place: `of ${name}` };
    }
  }

  private checkRule({ name: guard, needsRoles, options }: GuardRule, place: string): void {
    if (needsRoles && !this.plan.role) {
      throw new ConfigurationError(
        `${guard} ${place} needs entities.role, your entity that extends UuidRole or IntRole.`,
      );
    }
    const { backends = [] } = options;
    const names = this.plan.backends.map(({ name }) => name);
    const unknown =
      typeof backends === 'function' ? undefined : backends.find((name) => !names.includes(name));
    if (unknown === undefined) return;
    throw new ConfigurationError(
      `Authenticated({ backends }) ${place} names ${unknown}; the backends are ${names.join(', ')}.`,
    );
  }
}

/** The guards that the options of a feature name. */
function* optionalGuards(
  { guards = [], authorizedBy = [] }: AdministrationOptions,
  feature: string,
): Iterable<PlacedGuard> {
  for (const guard of guards) yield { guard, place: `in ${feature}.guards` };
  for (const guard of [authorizedBy].flat()) yield { guard, place: `in ${feature}.authorizedBy` };
}

/**
 * A transient guard has an instance for each controller, and none of them can know that it guards the whole
 * application.
 */
function requireNotTransient({ metatype, isTransient }: { metatype: unknown; isTransient: boolean }): void {
  const rule = ruleOf(metatype);
  if (!rule || !isTransient) return;
  throw new ConfigurationError(
    `${rule.name} guards the whole application and is transient; remove the scope of its provider.`,
  );
}

/** What `@WebSocketGateway()` of @nestjs/websockets sets. */
const IS_GATEWAY = 'websockets:is_gateway';

/**
 * Nest runs a request-scoped guard of the whole application at controllers and resolvers. At a gateway that is a
 * singleton, it leaves the guard out without a word, so every message would pass.
 */
function requireNoGateway({ metatype }: { metatype: unknown }, modules: ModulesContainer): void {
  const rule = ruleOf(metatype);
  if (!rule) return;
  const providers = [...modules.values()].flatMap((each) => Array.from(each.providers.values()));
  const gateway = providers.find((each) => isGateway(each.metatype) && each.isDependencyTreeStatic());
  if (!gateway) return;
  throw new ConfigurationError(
    `${rule.name} guards the whole application and is request-scoped, so NestJS does not run it at ${gateway.name}; remove the scope of its provider.`,
  );
}

const isGateway = (metatype: unknown): boolean =>
  typeof metatype === 'function' && Reflect.hasMetadata(IS_GATEWAY, metatype);

function checkClass({ target, methods }: HostClass): void {
  if (isPublicAt(target) && !isGuardedLater(target)) requireOpen(target.name, guardsAt(target), 'it');
  for (const { name, method } of methods) {
    if (!isPublicAt(method)) continue;
    requireOpen(`${target.name}.${name}`, guardsAt(method), 'it');
    requireOpen(`${target.name}.${name}`, guardsAt(target), 'its controller');
  }
}

/** Whether a guarded class extends a public one. Then the guard applies, because it was declared later. */
function isGuardedLater(target: object): boolean {
  const line = lineOf(target);
  const guarded = line.findIndex((each) => Reflect.hasOwnMetadata(GUARDS_METADATA, each));
  return guarded >= 0 && !line.slice(0, guarded + 1).some(isPublicItself);
}

/** A class and its base classes. */
function lineOf(target: object): object[] {
  const base = Object.getPrototypeOf(target) as object;
  return base === Function.prototype ? [target] : [target, ...lineOf(base)];
}

function requireOpen(route: string, guards: unknown[], place: string): void {
  const closed = guards.flatMap((guard) => ruleOf(guard) ?? []).find(({ options }) => !options.optional);
  if (!closed) return;
  throw new ConfigurationError(
    `${route} is @Public(), but ${closed.name} stands at ${place} and still applies; remove one of them, or use the guard Authenticated({ optional: true }).`,
  );
}
