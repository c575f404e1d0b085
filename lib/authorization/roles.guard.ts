import { HttpException, Injectable, type Type } from '@nestjs/common';
import { named } from '../authentication/authenticated.guard.js';
import { AUTHORIZE, AuthenticatingGuard, TOOLS } from '../authentication/authenticating.guard.js';
import type { Identity } from '../authentication/backend.js';
import { type GuardRule, RULE, type UsersGuard } from '../authentication/guard-rule.js';
import { notCalled, tellForgottenCall } from '../authentication/parentheses.js';
import { ConfigurationError, toldAt } from '../common/configuration-error.js';
import { isPlainObject, refuseUnknown, requireBoolean } from '../common/option-checks.js';
import { keysOf } from '../common/option-keys.js';
import { NotAllowedError } from '../common/users-error.js';
import { comparedRoleName, normalizeRoleName } from '../roles/role-name.js';
import { WITH_ROLES } from '../roles/roles.service.js';
import { heldRoles } from './held-roles.js';
import { noteRight } from '../authentication/rights.js';

/** The options of a role guard, its last argument. */
export interface RolesGuardOptions {
  /**
   * Whether superusers pass without the roles. `false` lets in superusers only if they have the roles.
   * @default true
   */
  superuser?: boolean;
}

const OPTIONS = keysOf<RolesGuardOptions>({ superuser: true });

type Arguments =
  [name: string, ...more: string[]] | [name: string, ...more: string[], options: RolesGuardOptions];
type Rule = 'some' | 'every';

const rules: Record<Rule, (held: ReadonlySet<string>, names: readonly string[]) => boolean> = {
  some: (held, names) => names.some((name) => held.has(name)),
  every: (held, names) => names.every((name) => held.has(name)),
};

/**
 * A guard that lets in users with at least one of these roles, and superusers. It answers `401` without a login
 * and `403` to any other user. It authenticates by itself, and compares names case-insensitively.
 * @example RolesAccepted('analyst', 'administrator')
 * @throws {ConfigurationError} without names
 */
export function RolesAccepted(...given: Arguments): Type<UsersGuard> {
  if (new.target) return notCalled(new.target);
  return toldAt(RolesAccepted, () => guardOf('RolesAccepted', given, 'some'));
}
tellForgottenCall(RolesAccepted, "RolesAccepted('a role')");

/**
 * As {@link RolesAccepted}, for users with all of these roles.
 * @throws {ConfigurationError} without names
 */
export function RolesRequired(...given: Arguments): Type<UsersGuard> {
  if (new.target) return notCalled(new.target);
  return toldAt(RolesRequired, () => guardOf('RolesRequired', given, 'every'));
}
tellForgottenCall(RolesRequired, "RolesRequired('a role')");

const guards = new Map<string, Type<UsersGuard>>();

function guardOf(factory: string, given: Arguments, rule: Rule): Type<UsersGuard> {
  const key = JSON.stringify([factory, ...given]);
  const guard = guards.get(key) ?? createGuard(factory, given, rule);
  guards.set(key, guard);
  return guard;
}

function createGuard(factory: string, given: Arguments, rule: Rule): Type<UsersGuard> {
  const { names, superuser } = read(factory, given);

  @Injectable()
  class RolesGuard extends AuthenticatingGuard {
    static override readonly [RULE]: GuardRule = {
      ...{ name: `${factory}()`, options: {}, authorizes: true },
      ...{ needs: WITH_ROLES, needsRoles: true },
    };

    override async [AUTHORIZE](identity: Identity): Promise<void> {
      const { user } = identity;
      if (superuser && user.isSuperuser) {
        noteRight(identity, { superuser: true });
        return;
      }
      const held = await heldRoles(user, this[TOOLS].users).catch((error: unknown) => {
        throw error instanceof HttpException ? error : new NotAllowedError(undefined, { cause: error });
      });
      if (!rules[rule](held, names)) throw new NotAllowedError();
      noteRight(identity, { roles: names, every: rule === 'every' });
    }
  }
  return named(RolesGuard, factory, given);
}

function read(factory: string, given: Arguments): { names: string[]; superuser: boolean } {
  const list: unknown = given.find((each) => Array.isArray(each));
  if (list) {
    const [first = 'a role'] = list as unknown[];
    throw new ConfigurationError(
      `${factory}() takes the names of roles as separate arguments, not as a list; write ${factory}('${String(first)}', …).`,
    );
  }
  const last = given.at(-1);
  const hasOptions = isPlainObject(last);
  const options = hasOptions ? (last as RolesGuardOptions) : {};
  const names = hasOptions ? given.slice(0, -1) : given;
  refuseUnknown(`${factory}()`, options, OPTIONS);
  const { superuser = true } = options;
  requireBoolean(`${factory}({ superuser })`, superuser);
  if (names.length === 0)
    throw new ConfigurationError(
      `${factory}() needs at least one role name; without one, it would refuse every user.`,
    );

  const known = names.map((name) => (typeof name === 'string' ? normalizeRoleName(name) : undefined));
  const odd = known.indexOf(undefined);
  if (odd >= 0) {
    const name = JSON.stringify(names[odd]);
    throw new ConfigurationError(`${factory}() names ${name}, which is not a valid role name.`);
  }
  return { names: (known as string[]).map(comparedRoleName), superuser };
}
