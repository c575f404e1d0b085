import { Injectable, type Type } from '@nestjs/common';
import { ConfigurationError, toldAt } from '../common/configuration-error.js';
import { definedFields } from '../common/defined-fields.js';
import { isPlainObject, refuseUnknown, requireBoolean } from '../common/option-checks.js';
import { keysOf } from '../common/option-keys.js';
import { AUTHORIZE, AuthenticatingGuard } from './authenticating.guard.js';
import { type AuthenticatedOptions, type GuardRule, RULE, type UsersGuard } from './guard-rule.js';
import { notCalled, tellForgottenCall } from './parentheses.js';

const OPTIONS = keysOf<AuthenticatedOptions>({ optional: true, verified: true, backends: true });
const guards = new Map<string, Type<UsersGuard>>();

/**
 * A guard that lets in logged-in users. Otherwise it answers `401`, or `403` for an unverified user if the
 * guard requires a verified one. As a guard of the whole application, it leaves `@Public()` routes open, and
 * asks for less if a route has guards of this library. A class may extend it. It refuses every request that the
 * base class refuses.
 */
export function Authenticated(given: AuthenticatedOptions = {}): Type<UsersGuard> {
  if (new.target) return notCalled(new.target);
  const options = toldAt(Authenticated, () => check(given));
  if (typeof options.backends === 'function') return createGuard(options);

  const key = JSON.stringify(options);
  const guard = guards.get(key) ?? createGuard(options);
  guards.set(key, guard);
  return guard;
}
tellForgottenCall(Authenticated, 'Authenticated()');

function check(given: AuthenticatedOptions): AuthenticatedOptions {
  if (!isPlainObject(given)) {
    throw new ConfigurationError(
      'Authenticated() takes an object of options, such as { optional: true }, or no argument.',
    );
  }
  refuseUnknown('Authenticated()', given, OPTIONS);
  const options = definedFields(given);
  const { optional = false, verified = false, backends } = options;
  requireBoolean('Authenticated({ optional })', optional);
  requireBoolean('Authenticated({ verified })', verified);
  if (backends === undefined || typeof backends === 'function' || isListOfNames(backends)) return options;
  throw new ConfigurationError(
    'Authenticated({ backends }) must be a list of names, or a function that returns one.',
  );
}

/**
 * A text also has `includes`: with it, the backend `app` would be accepted for `app-admin`. An empty list would
 * refuse all.
 */
const isListOfNames = (backends: unknown): boolean =>
  Array.isArray(backends) && backends.length > 0 && backends.every((name) => typeof name === 'string');

function createGuard(options: AuthenticatedOptions): Type<UsersGuard> {
  @Injectable()
  class AuthenticatedGuard extends AuthenticatingGuard {
    static override readonly [RULE]: GuardRule = { name: 'Authenticated()', options };

    override [AUTHORIZE](): void {}
  }
  return named(AuthenticatedGuard, 'Authenticated', options);
}

/** Nest's own messages show a guard's name. */
export function named<T extends Type>(guard: T, factory: string, options: object): T {
  const given = Object.keys(options).length === 0 ? '' : JSON.stringify(options);
  Object.defineProperty(guard, 'name', { value: `${factory}(${given})` });
  return guard;
}
