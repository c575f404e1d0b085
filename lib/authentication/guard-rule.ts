import type { CanActivate, ExecutionContext, Type } from '@nestjs/common';
import { GUARDS_METADATA } from '@nestjs/common/constants.js';
import type { LoadOptions } from '../users/load-options.js';

/** The users that {@link Authenticated} lets in. */
export interface AuthenticatedOptions {
  /**
   * Lets a request pass if nobody is logged in. `@CurrentUser()` is then `undefined`. The same holds for bad credentials,
   * and for a user who is inactive or not verified.
   * @default false
   */
  optional?: boolean;
  /**
   * `true` lets in only verified users, whatever `requireVerification` says. `false` also lets in users who are not
   * verified.
   * @default as `requireVerification`
   */
  verified?: boolean;
  /**
   * The backends whose credentials count here: their names, or a function of the execution context that returns the names or
   * a promise of them.
   * @default all
   */
  backends?: readonly string[] | BackendNamesOf;
}

/** Returns the names of the accepted backends for a request. An empty list refuses every request. */
export type BackendNamesOf = (context: ExecutionContext) => readonly string[] | Promise<readonly string[]>;

/** A guard of this library, which a host's class may extend. */
export interface UsersGuard extends CanActivate {
  canActivate(context: ExecutionContext): Promise<boolean>;
}

/** The requirements of a guard of this library. */
export interface GuardRule {
  /** The guard as a host writes it, for boot sentences. */
  readonly name: string;
  readonly options: AuthenticatedOptions;
  /** Relations of the user that the guard needs. */
  readonly needs?: LoadOptions | undefined;
  /** Whether it refuses some logged-in users. Default false. */
  readonly authorizes?: boolean;
  /**
   * Whether the guard itself answers anonymous requests, so that a guard of the whole application lets them
   * through. Default: the value of `optional`.
   */
  readonly answersAnonymous?: boolean;
  /** Whether it needs a role entity. Default false. */
  readonly needsRoles?: boolean;
}

/**
 * The rule is a static property under a symbol. A host's subclass inherits it, because it requires all that its
 * base class requires, and no name in the subclass can replace it.
 */
export const RULE = Symbol('nestjs-users: requirements of a guard');

type Ruled = { readonly [RULE]?: GuardRule };

/** The rule of a guard, given as a class or an instance; `undefined` for a guard that is not of this library. */
export function ruleOf(guard: unknown): GuardRule | undefined {
  const { constructor } = Object(guard) as object;
  return ((typeof guard === 'function' ? guard : constructor) as Ruled | undefined)?.[RULE];
}

/** The nearest class of this library among a guard's class and its ancestors. */
export function baseOf(guard: unknown): Type<CanActivate> | undefined {
  let each: unknown = guard;
  while (typeof each === 'function' && !Object.hasOwn(each, RULE)) each = Object.getPrototypeOf(each);
  return typeof each === 'function' ? (each as Type<CanActivate>) : undefined;
}

/** The guards at one handler or at one controller. */
export const guardsAt = (target: object): unknown[] =>
  (Reflect.getMetadata(GUARDS_METADATA, target) as unknown[] | undefined) ?? [];

/** The guards at the handler and at its controller. */
export const declaredGuards = (context: ExecutionContext): unknown[] =>
  [context.getHandler(), context.getClass()].flatMap(guardsAt);
