import type { ExecutionContext } from '@nestjs/common';
import {
  type AuthenticatedOptions,
  type BackendNamesOf,
  declaredGuards,
  type GuardRule,
  ruleOf,
} from './guard-rule.js';
import { isPublic } from './public.decorator.js';

/** The requirements of one guard at one handler. */
export interface GuardTerms {
  /** `undefined`: no requirement. */
  readonly asks: AuthenticatedOptions | undefined;
  /** Whether this is less than the guard's own rule, because it guards the whole application. */
  readonly isLoosened: boolean;
}

/**
 * `@Public()` only opens the guard of the whole application. If a route has guards of this library, a plain
 * `Authenticated()` of the whole application requires only what all of them require. It still runs, so that an
 * overridden method in a host's subclass cannot open a route.
 */
export function termsOf(rule: GuardRule, isOfApplication: boolean, context: ExecutionContext): GuardTerms {
  const { options } = rule;
  if (!isOfApplication) return { asks: options, isLoosened: false };
  if (isPublic(context)) return { asks: undefined, isLoosened: true };
  const declared = declaredGuards(context).flatMap((guard) => ruleOf(guard) ?? []);
  if (!isPlain(options) || rule.authorizes || declared.length === 0)
    return { asks: options, isLoosened: false };
  return { asks: leastOf(declared), isLoosened: true };
}

const isPlain = (options: AuthenticatedOptions): boolean => Object.keys(options).length === 0;

/**
 * The requirements that all of these rules share. A request that they refuse would be refused by one of the
 * guards anyway.
 */
function leastOf(rules: GuardRule[]): AuthenticatedOptions {
  const optional = rules.every(({ options, answersAnonymous }) => answersAnonymous ?? options.optional);
  const unverified = rules.every(({ options }) => options.optional || options.verified === false);
  return {
    optional,
    // An optional guard treats unverified users as anonymous, and so must this one.
    ...(unverified && !optional && { verified: false }),
    ...(rules.every(({ options }) => options.backends) && { backends: (context) => namesOf(rules, context) }),
  };
}

async function namesOf(rules: GuardRule[], context: ExecutionContext): Promise<string[]> {
  const names = rules.map(async ({ options: { backends = [] } }) =>
    typeof backends === 'function' ? backendNames(backends, context) : backends,
  );
  return (await Promise.all(names)).flat();
}

/** The names that a guard accepts. A function that returns no list refuses every request. */
export async function backendNames(
  backends: BackendNamesOf,
  context: ExecutionContext,
): Promise<readonly string[]> {
  const names: unknown = await backends(context);
  return Array.isArray(names) ? (names as string[]) : [];
}
