import { isDeepStrictEqual } from 'node:util';
import type { FindOptionsWhere } from 'typeorm';
import { isSameId } from '../../database/entity-id.js';
import { RoleAlreadyAssignedError } from '../../roles/roles.errors.js';
import { WITH_ROLES, type UserWithRoles } from '../../roles/roles.service.js';
import type { BaseUser } from '../../users/user.entity.js';
import type { UserColumns } from '../columns/user-columns.js';
import { put } from '../../database/written-values.js';
import type { HostAccounts } from '../host-accounts.js';
import type { ImportOptions } from './import-options.js';
import type { UserLine } from './user-line.js';

/**
 * What an update never sets: who the user is, and what an option must allow. An address that somebody registered here
 * without verifying it may be another person's, so it does not become verified by a file.
 */
const LEFT_ALONE = ['id', 'email', 'createdAt', 'passwordHash', 'isSuperuser', 'isVerified'];

/** Changes users who are there already, one by one, as `UsersService.updateUser()` does, with its hooks and rules. */
export class UserUpdates {
  constructor(
    private readonly host: HostAccounts,
    private readonly columns: UserColumns,
    private readonly options: ImportOptions,
  ) {}

  /**
   * @returns whether the line says anything new
   * @throws the refusals of `updateUser()`
   */
  async apply(user: BaseUser, line: UserLine): Promise<boolean> {
    const changes = this.changesOf(user, line);
    const hash = await this.newHash(user, line);
    const roles = await this.newRoles(user, line);
    const isChanged = Object.keys(changes).length > 0 || hash !== undefined || roles.length > 0;
    if (!isChanged || this.options.dryRun) return isChanged;

    if (Object.keys(changes).length > 0) await (await this.host.service()).updateUser(user.id, changes);
    if (hash !== undefined) await this.setHash(user, hash);
    for (const role of roles) {
      await this.host.roles.assignRole(user.id, role).catch((error: unknown) => {
        if (!(error instanceof RoleAlreadyAssignedError)) throw error;
      });
    }
    return true;
  }

  private changesOf(user: BaseUser, { values }: UserLine): object {
    const changes: Record<string, unknown> = {};
    for (const [path, value] of values) {
      const isLeft = LEFT_ALONE.includes(path) && !(path === 'isSuperuser' && this.options.withSuperusers);
      if (isLeft || isSame(this.columns.valueOf(path, user), value)) continue;
      put(changes, path.split('.'), value);
    }
    return changes;
  }

  private async newHash(user: BaseUser, { values }: UserLine): Promise<string | null | undefined> {
    const hash = values.get('passwordHash') as string | null | undefined;
    if (hash === undefined || !this.options.updatePasswords) return undefined;
    return (await this.host.repository.findPasswordHash(user.id)) === hash ? undefined : hash;
  }

  private async newRoles(user: BaseUser, { roles }: UserLine) {
    if (roles === undefined || roles.length === 0) return [];
    await this.host.repository.loadRelations([user], WITH_ROLES);
    const held = (user as UserWithRoles).roles;
    return roles.filter(({ id }) => !held.some((role) => isSameId(role.id, id)));
  }

  /** Ends the logins that the former password allowed. */
  private async setHash({ id }: BaseUser, passwordHash: string | null): Promise<void> {
    const where = { id } as FindOptionsWhere<BaseUser>;
    await this.host.repository.update(where, { passwordHash }, { raiseTokenVersion: true });
  }
}

/** A driver may return the digits of a number. */
const isSame = (stored: unknown, given: unknown): boolean =>
  isDeepStrictEqual(stored ?? null, given ?? null) ||
  (isNumeric(stored) && isNumeric(given) && String(stored) === String(given));

const isNumeric = (value: unknown): value is string | number | bigint =>
  ['string', 'number', 'bigint'].includes(typeof value);
