import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { EntityManager } from 'typeorm';
import { normalizeRoleName } from '../roles/role-name.js';
import type { BaseRole } from '../roles/role.entity.js';
import { type UserWithRoles, WITH_ROLES } from '../roles/roles.service.js';
import { RoleAlreadyExistsError } from '../roles/roles.errors.js';
import { isSameId } from '../database/entity-id.js';
import type { UsersFilter } from '../users/pages/users-query.js';
import type { BaseUser, UserId } from '../users/user.entity.js';
import type { AddedUserFields } from '../users/user-fields.js';
import { UserColumns } from './columns/user-columns.js';
import { type ExportOptions, exportUsers } from './export/export-users.js';
import { type PersonalData, personalDataOf } from './export/personal-data.js';
import { recordOf, type UserRecord } from './export/user-record.js';
import { HostAccounts } from './host-accounts.js';
import { importUsers } from './import/import-users.js';
import type { ImportOptions, ImportSummary } from './import/import-options.js';
import { CommandRefusedError } from './refusal.js';

/** How {@link UsersCommands.createUser} makes a user. */
export interface CreateUserOptions {
  /**
   * The names of roles that the user gets. All must exist.
   * @default []
   */
  roles?: readonly string[];
  /**
   * Leaves a user alone who already has the address or the identifier.
   * @default false
   */
  ifMissing?: boolean;
}

/**
 * What the command line `nestjs-users` does, for the command line of your own application: add the class to the
 * `providers` of a module. Users are named by their identifier, their address, or their id.
 */
@Injectable()
export class UsersCommands<User extends BaseUser = BaseUser> {
  private readonly host: HostAccounts;
  private ownColumns: UserColumns | undefined;

  constructor(modules: ModuleRef) {
    this.host = new HostAccounts(modules);
  }

  /** The columns of your user entity, as files and arguments name and write them. */
  get columns(): UserColumns {
    return (this.ownColumns ??= new UserColumns(this.host.rows));
  }

  /** The properties by which users log in. */
  get identifiers(): readonly string[] {
    return this.host.settings.identifiers;
  }

  /** Whether the application has roles. */
  get hasRoles(): boolean {
    return this.host.settings.hasRoles;
  }

  /** Why no user can have this password, by the rules of `passwords`; `undefined` if a user can. */
  passwordFault(password: string): string | undefined {
    return this.host.passwords.refusal(password);
  }

  /**
   * Finds a user by the identifier, the address or the id. `id:7` is always an id.
   * @throws {CommandRefusedError} if there is none, or if the text means two users
   */
  async findUser(named: string): Promise<User> {
    const found = await this.search(named);
    if (!found) throw new CommandRefusedError(`There is no user ${named}.`);
    return found;
  }

  /** As {@link findUser}; `undefined` if there is none. */
  async search(named: string): Promise<User | undefined> {
    const { repository } = this.host;
    const byId = await repository.findById(named.replace(/^id:/, ''));
    if (named.startsWith('id:')) return byId as User | undefined;
    const service = await this.host.service();
    const byName = (await service.findByIdentifier(named)) ?? (await service.findByEmail(named));
    if (byName && byId && !isSameId(byName.id, byId.id)) {
      throw new CommandRefusedError(
        `${named} is the name of one user and the id of another one; write id:${String(byName.id)} or id:${String(byId.id)}.`,
      );
    }
    return (byName ?? byId) as User | undefined;
  }

  /**
   * Makes a user as `UsersService.addUser()` does, together with roles.
   * @returns the user, and whether it is new
   * @throws {UserAlreadyExistsError}, {UserNotUniqueError}, {InvalidRegistrationPasswordError}, {InvalidIdentifierError}
   * @throws {RoleNotFoundError}
   */
  async createUser(
    fields: AddedUserFields<User>,
    { roles = [], ifMissing = false }: CreateUserOptions = {},
  ): Promise<{ user: User; isNew: boolean }> {
    const { writer, moments } = this.host;
    const known = ifMissing ? await this.findKnown(fields) : undefined;
    if (known) return { user: known, isNew: false };
    const granted: BaseRole[] = [];
    for (const name of roles) granted.push(await this.roleOf(name));
    const rules = moments.of(await this.host.service()).rules;
    const prepared = await writer.prepareAdded(fields, {}, rules);
    const assign = async (manager: EntityManager, id: UserId) => {
      for (const role of granted) await this.host.rolesRepository.assign(manager, id, role.id);
    };
    const user = await writer.insert(prepared, granted.length > 0 ? assign : undefined);
    return { user: user as User, isNew: true };
  }

  /** The user who already has the address or an identifier of these fields. */
  async findKnown(fields: object): Promise<User | undefined> {
    const { settings, repository } = this.host;
    const given = fields as Record<string, unknown>;
    const known: Record<string, unknown> = {};
    for (const property of new Set(['email', ...settings.identifiers])) {
      const value = given[property];
      if (typeof value === 'string') known[property] = settings.normalizeIdentifier(value, property);
    }
    return (await repository.findKnown(known)) as User | undefined;
  }

  /**
   * The users that match a filter, with their roles.
   * @throws {CommandRefusedError} for a role that does not exist
   */
  async *listUsers(filter: UsersFilter = {}, limit = Infinity): AsyncGenerator<UserRecord> {
    if (filter.role !== undefined) await this.roleOf(filter.role);
    const service = await this.host.service();
    const load = this.load;
    let cursor: string | null | undefined;
    let left = limit;
    while (left > 0 && cursor !== null) {
      const query = { ...filter, limit: Math.min(left, 100), ...(cursor !== undefined && { cursor }) };
      const { items, next } = await service.listUsers(query, { load });
      for (const user of items) yield this.record(user);
      left -= items.length;
      cursor = next;
    }
  }

  /** The fields of a user, with roles and without the hash. */
  async showUser(named: string): Promise<UserRecord> {
    return this.shown(await this.findUser(named));
  }

  /** @throws {InvalidUpdatePasswordError} */
  async setPassword(named: string, password: string): Promise<User> {
    return this.change(named, { password });
  }

  /** Marks the address as verified. */
  verify(named: string): Promise<User> {
    return this.change(named, { isVerified: true });
  }

  activate(named: string): Promise<User> {
    return this.change(named, { isActive: true });
  }

  /**
   * Ends every login of the user, too.
   * @throws {LastSuperuserError}
   */
  deactivate(named: string): Promise<User> {
    return this.change(named, { isActive: false });
  }

  /** Ends every login of a user, in every backend. */
  async endSessions(named: string): Promise<User> {
    const user = await this.findUser(named);
    const { sessions, repository } = this.host;
    await (sessions ? sessions.endAll(user) : repository.raiseTokenVersion(user.id));
    return user;
  }

  /**
   * Makes a role.
   * @param ifMissing whether a role that exists already is left alone. Default false.
   * @throws {RoleAlreadyExistsError}, {InvalidRoleNameError}
   */
  async createRole(
    name: string,
    description?: string,
    ifMissing = false,
  ): Promise<{ role: BaseRole; isNew: boolean }> {
    const { roles } = this.host;
    try {
      return {
        role: await roles.addRole({ name, ...(description !== undefined && { description }) }),
        isNew: true,
      };
    } catch (error) {
      if (!ifMissing || !(error instanceof RoleAlreadyExistsError)) throw error;
      return { role: await roles.getRoleByName(name), isNew: false };
    }
  }

  /** @throws {RoleAlreadyAssignedError} */
  async assignRole(named: string, role: string): Promise<UserWithRoles> {
    const user = await this.findUser(named);
    return this.host.roles.assignRole(user, await this.roleOf(role));
  }

  /** @throws {RoleNotAssignedError} */
  async revokeRole(named: string, role: string): Promise<UserWithRoles> {
    const user = await this.findUser(named);
    return this.host.roles.revokeRole(user, await this.roleOf(role));
  }

  /**
   * Makes or updates users from a file of NDJSON or CSV.
   * @param file the path of the file, or a stream, which cannot be resumed
   */
  importUsers(file: string | NodeJS.ReadableStream, options: ImportOptions = {}): Promise<ImportSummary> {
    return importUsers(this.host, this.columns, file, options);
  }

  /** The users as lines of NDJSON or CSV that {@link importUsers} reads, each with its line end. */
  exportUsers(options: ExportOptions = {}): AsyncGenerator<string> {
    return exportUsers(this.host, this.columns, options);
  }

  /** All that this library keeps of a user, without secrets: for a request for access under the GDPR (article 15). */
  async personalData(named: string): Promise<PersonalData> {
    const user = await this.findUser(named);
    return personalDataOf(this.host, await this.shown(user), user);
  }

  private async change(named: string, changes: object): Promise<User> {
    const user = await this.findUser(named);
    const service = await this.host.service();
    return (await service.updateUser(user, changes)) as User;
  }

  private async roleOf(name: string): Promise<BaseRole> {
    const role = await this.host.rolesRepository.findByName(name);
    if (role) return role;
    const shown = normalizeRoleName(name) ?? 'of this name';
    throw new CommandRefusedError(`There is no role ${shown}.`);
  }

  private async shown(user: BaseUser): Promise<UserRecord> {
    await this.host.repository.loadRelations([user], this.load);
    return this.record(user);
  }

  private record(user: BaseUser): UserRecord {
    return recordOf(user, this.columns, this.hasRoles);
  }

  private get load() {
    return this.hasRoles ? WITH_ROLES : undefined;
  }
}
