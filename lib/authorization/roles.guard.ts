import { type CanActivate, HttpException, Inject, Injectable, type Type } from '@nestjs/common';
import { AuthenticatingGuard, named } from '../authentication/authenticated.guard.js';
import type { Identity } from '../authentication/backend.js';
import { NEEDS } from '../authentication/user-load-options.decorator.js';
import { ConfigurationError } from '../common/configuration-error.js';
import { refuseUnknown } from '../common/option-checks.js';
import { NotAllowedError } from '../common/users-error.js';
import { comparedRoleName, normalizeRoleName } from '../roles/role-name.js';
import { WITH_ROLES } from '../roles/roles.service.js';
import { UsersRepository } from '../users/users.repository.js';
import { heldRoles } from './held-roles.js';

/** What the last argument of a role guard may say. */
export interface RolesGuardOptions {
  /** `false` lets in superusers only if they have the roles. Default true. */
  superuser?: boolean;
}

type Arguments = [...names: string[], last: string | RolesGuardOptions];
type Rule = (held: ReadonlySet<string>, names: readonly string[]) => boolean;

/**
 * A guard that lets in users who have at least one of these roles, and superusers: `401` for nobody, `403` for
 * anybody else. It authenticates by itself, and compares names without case.
 * @example RolesAccepted('analyst', 'administrator')
 * @throws {ConfigurationError} without names
 */
export const RolesAccepted = (...given: Arguments): Type<CanActivate> =>
  guardOf('RolesAccepted', given, (held, names) => names.some((name) => held.has(name)));

/**
 * As {@link RolesAccepted}, for users who have all of these roles.
 * @throws {ConfigurationError} without names
 */
export const RolesRequired = (...given: Arguments): Type<CanActivate> =>
  guardOf('RolesRequired', given, (held, names) => names.every((name) => held.has(name)));

const guards = new Map<string, Type<CanActivate>>();

function guardOf(factory: string, given: Arguments, rule: Rule): Type<CanActivate> {
  const key = JSON.stringify([factory, ...given]);
  const guard = guards.get(key) ?? createGuard(factory, given, rule);
  guards.set(key, guard);
  return guard;
}

function createGuard(factory: string, given: Arguments, rule: Rule): Type<CanActivate> {
  const { names, superuser } = read(factory, given);

  @Injectable()
  class RolesGuard extends AuthenticatingGuard {
    static readonly [NEEDS] = WITH_ROLES;

    @Inject(UsersRepository)
    readonly users!: UsersRepository;

    override onModuleInit(): void {
      if (this.settings.hasRoles) return;
      throw new ConfigurationError(
        `${factory}() needs entities.role, your entity that extends UuidRole or IntRole.`,
      );
    }

    protected async authorize({ user }: Identity): Promise<void> {
      if (superuser && user.isSuperuser) return;
      const held = await heldRoles(user, this.users).catch((error: unknown) => {
        throw error instanceof HttpException ? error : new NotAllowedError(undefined, { cause: error });
      });
      if (!rule(held, names)) throw new NotAllowedError();
    }
  }
  return named(RolesGuard, factory, given);
}

function read(factory: string, given: Arguments): { names: string[]; superuser: boolean } {
  const last = given.at(-1);
  const options: RolesGuardOptions = typeof last === 'object' ? last : {};
  const names = typeof last === 'object' ? given.slice(0, -1) : given;
  refuseUnknown(`${factory}()`, options, ['superuser']);
  if (names.length === 0)
    throw new ConfigurationError(`${factory}() needs the name of a role, or nobody passes.`);

  const known = names.map((name) => (typeof name === 'string' ? normalizeRoleName(name) : undefined));
  const odd = names.find((_, index) => known[index] === undefined);
  if (odd !== undefined) {
    throw new ConfigurationError(`${factory}() names ${JSON.stringify(odd)}, which no role can be called.`);
  }
  return {
    names: (known as string[]).map(comparedRoleName),
    superuser: options.superuser !== false,
  };
}
