import { Inject, Injectable } from '@nestjs/common';
import type { FindOptionsWhere, Repository } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import { askDatabase } from '../common/ask-database.js';
import { faultOf } from '../common/database-error.js';
import { parseId } from '../common/entity-id.js';
import { UsersError } from '../common/users-error.js';
import { writeDatabase } from '../common/write-database.js';
import type { LoadOptions } from '../users/load-options.js';
import type { BaseUser, UserId } from '../users/user.entity.js';
import { USER_ENTITY_REPOSITORY, USERS_SETTINGS, type UsersSettings } from '../users/users.settings.js';
import type { BaseRole } from './role.entity.js';
import { type RoleHolders, roleHoldersOf } from './role-holders.js';
import { roleKey, roleKeyOf } from './role-name.js';
import { RoleAlreadyAssignedError, RoleAlreadyExistsError, RoleNotFoundError } from './roles.errors.js';

/** TypeORM's repository of the host's role entity. */
export const ROLE_ENTITY_REPOSITORY = Symbol('nestjs-users: repository of the role entity');

/** What is written of a role. */
export type RoleFields<Role extends BaseRole = BaseRole> = Partial<Omit<Role, 'id' | 'nameKey'>>;

/** A page of roles by number: there are few of them. */
export interface RolesQuery {
  /** Default 100, at most 500. */
  limit?: number;
  /** Default 0. */
  offset?: number;
}

export const DEFAULT_ROLES_LIMIT = 100;
export const HIGHEST_ROLES_LIMIT = 500;

/** Every query on roles, and on who has which. */
@Injectable()
export class RolesRepository<Role extends BaseRole = BaseRole> {
  @Inject(ROLE_ENTITY_REPOSITORY)
  protected readonly roles!: Repository<Role>;

  @Inject(USER_ENTITY_REPOSITORY)
  protected readonly users!: Repository<BaseUser>;

  @Inject(USERS_SETTINGS)
  protected readonly settings!: UsersSettings;

  /** A malformed id is no role's. */
  async findById(id: unknown, load: LoadOptions<Role> = {}): Promise<Role | undefined> {
    const key = this.parseId(id);
    return key === undefined ? undefined : this.findOne({ id: key }, load);
  }

  /** By a name as somebody typed it. */
  findByName(name: string): Promise<Role | undefined> {
    return this.findOne({ nameKey: roleKeyOf(name) });
  }

  /** In the order of their names. */
  findAndCount(
    { limit = DEFAULT_ROLES_LIMIT, offset = 0 }: RolesQuery,
    load: LoadOptions<Role> = {},
  ): Promise<[Role[], number]> {
    const page = { take: Math.min(limit, HIGHEST_ROLES_LIMIT), skip: offset };
    return this.ask(() =>
      this.roles.findAndCount({ ...page, ...load, order: { name: 'ASC', id: 'ASC' } as never }),
    );
  }

  /** @throws {RoleAlreadyExistsError} */
  async insert(fields: RoleFields<Role> & { name: string }): Promise<Role> {
    const row = this.row(fields);
    const insert = this.roles.createQueryBuilder().insert().updateEntity(false);
    await this.write(() => insert.values(row).execute());
    const inserted = await this.findByName(fields.name);
    if (!inserted) throw new Error('The new role was changed before it could be read back.');
    return inserted;
  }

  /**
   * @returns whether there was such a role
   * @throws {RoleAlreadyExistsError}
   */
  async update(id: BaseRole['id'], fields: RoleFields<Role>): Promise<boolean> {
    const row = this.row(fields);
    if (Object.keys(row).length === 0) return true;
    const update = this.roles.createQueryBuilder().update().set(row);
    const { affected } = await this.write(() => update.where('id = :id', { id }).execute());
    return affected === 1;
  }

  /**
   * Takes the role from everybody who has it, too.
   * @returns whether there was such a role
   */
  async delete(id: BaseRole['id']): Promise<boolean> {
    const { affected } = await this.write(() => this.roles.delete({ id } as FindOptionsWhere<Role>));
    return affected === 1;
  }

  /**
   * @throws {RoleAlreadyAssignedError}, {RoleNotFoundError} where the user or the role was deleted meanwhile
   */
  async assign(userId: UserId, roleId: BaseRole['id']): Promise<void> {
    try {
      await this.change(() => this.users.createQueryBuilder().relation('roles').of(userId).add(roleId));
    } catch (error) {
      const fault = faultOf(error);
      if (fault === 'unique') throw new RoleAlreadyAssignedError(error);
      if (fault === 'reference') throw new RoleNotFoundError();
      throw error;
    }
  }

  /** @returns whether the user had the role */
  async revoke(userId: UserId, roleId: BaseRole['id']): Promise<boolean> {
    // The boot has checked that there is such a table.
    const { tablePath, userColumn, roleColumn } = roleHoldersOf(this.users) as RoleHolders;
    const { affected } = await this.change(() =>
      this.users.manager
        .createQueryBuilder()
        .delete()
        .from(tablePath)
        .where(`${userColumn} = :userId AND ${roleColumn} = :roleId`, { userId, roleId })
        .execute(),
    );
    return affected === 1;
  }

  parseId(id: unknown): BaseRole['id'] | undefined {
    return parseId(id, this.roles.metadata.primaryColumns[0]);
  }

  private async findOne(where: object, load: LoadOptions<Role> = {}): Promise<Role | undefined> {
    const [role] = await this.ask(() => this.roles.find({ where, ...load }));
    return role;
  }

  /** Columns only, whatever a body or a hook brought along; the key goes with the name. */
  private row({ name, ...fields }: RoleFields<Role>): QueryDeepPartialEntity<Role> {
    const given = fields as Record<string, unknown>;
    const columns = this.roles.metadata.columns.filter(
      ({ isPrimary, relationMetadata }) => !isPrimary && !relationMetadata,
    );
    const names = columns.map(({ propertyName }) => propertyName).filter((each) => given[each] !== undefined);
    const row = Object.fromEntries(names.map((each) => [each, given[each]]));
    return { ...row, ...(name !== undefined && { name, nameKey: roleKey(name) }) } as never;
  }

  private ask<T>(statement: () => Promise<T>): Promise<T> {
    return askDatabase(statement, this.settings.databaseTimeoutSeconds);
  }

  private change<T>(statement: () => Promise<T>): Promise<T> {
    return writeDatabase(this.roles.manager.dataSource, statement, this.settings.databaseTimeoutSeconds);
  }

  private async write<T>(statement: () => Promise<T>): Promise<T> {
    try {
      return await this.change(statement);
    } catch (error) {
      const fault = faultOf(error);
      if (fault === 'unique') throw new RoleAlreadyExistsError(error);
      if (fault === 'reference') throw new UsersError('ROLE_IN_USE', { cause: error });
      throw error;
    }
  }
}
