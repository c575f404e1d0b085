import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager, FindOptionsWhere, Repository } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import { faultOf, translateDatabaseError } from '../database/database-error.js';
import { parseId } from '../database/entity-id.js';
import { andThen } from '../common/late-write.js';
import { writtenValues } from '../database/written-values.js';
import { Database } from '../database/database.js';
import type { InTransaction } from '../database/in-transaction.js';
import type { LoadOptions } from '../users/load-options.js';
import { type BaseUser, type UserId, USER_ENTITY_REPOSITORY } from '../users/user.entity.js';
import type { BaseRole } from './role.entity.js';
import { type RoleHolders, roleHoldersOf } from './role-holders.js';
import { roleKey, roleKeyOf } from './role-name.js';
import {
  RoleAlreadyAssignedError,
  RoleAlreadyExistsError,
  RoleNotFoundError,
  RoleInUseError,
} from './roles.errors.js';

/** TypeORM's repository of the host's role entity. */
export const ROLE_ENTITY_REPOSITORY = Symbol('nestjs-users: repository of the role entity');

/** The fields of a role that may be written. */
export type RoleFields<Role extends BaseRole = BaseRole> = Partial<Omit<Role, 'id' | 'nameKey'>>;

/** A page of roles by offset, because an application has few roles. */
export interface RolesQuery {
  /** Default 100, at most 500. */
  limit?: number;
  /** Default 0. */
  offset?: number;
}

export const DEFAULT_ROLES_LIMIT = 100;
export const HIGHEST_ROLES_LIMIT = 500;

/** Every query on roles and on their assignment to users. */
@Injectable()
export class RolesRepository<Role extends BaseRole = BaseRole> {
  @Inject(ROLE_ENTITY_REPOSITORY)
  protected readonly roles!: Repository<Role>;

  @Inject(USER_ENTITY_REPOSITORY)
  protected readonly users!: Repository<BaseUser>;

  @Inject(Database)
  protected readonly database!: Database;

  /** `undefined` also for a malformed id. */
  async findById(id: unknown, load: LoadOptions<Role> = {}): Promise<Role | undefined> {
    const key = this.parseId(id);
    return key === undefined ? undefined : this.findOne({ id: key }, load);
  }

  /** Finds a role by a typed name. */
  findByName(name: string): Promise<Role | undefined> {
    return this.findOne({ nameKey: roleKeyOf(name) });
  }

  /** A page of roles in the order of their names, and the number of all roles. */
  findAndCount(
    { limit = DEFAULT_ROLES_LIMIT, offset = 0 }: RolesQuery,
    load: LoadOptions<Role> = {},
  ): Promise<[Role[], number]> {
    const page = { take: Math.min(limit, HIGHEST_ROLES_LIMIT), skip: offset };
    return this.ask(() =>
      this.database
        .listings<Role>(this.roles.target)
        .findAndCount({ ...page, ...load, order: { name: 'ASC', id: 'ASC' } as never }),
    );
  }

  /**
   * @param before statements that must succeed first, in the same transaction
   * @throws {RoleAlreadyExistsError}
   */
  async insert(fields: RoleFields<Role> & { name: string }, before?: InTransaction): Promise<Role> {
    const row = this.row(fields);
    const insert = async ({ target, manager }: Repository<Role>) => {
      await manager.createQueryBuilder().insert().into(target).updateEntity(false).values(row).execute();
      return { affected: 1 };
    };
    return andThen(this.write(insert, before), async () => {
      const inserted = await this.findByName(fields.name);
      if (!inserted) throw new Error('The new role was changed before it could be read back.');
      return inserted;
    });
  }

  /**
   * @param before statements that must succeed first, in the same transaction
   * @returns whether the role existed
   * @throws {RoleAlreadyExistsError}
   */
  async update(id: BaseRole['id'], fields: RoleFields<Role>, before?: InTransaction): Promise<boolean> {
    const row = this.row(fields);
    if (Object.keys(row).length === 0) return true;
    const update = (roles: Repository<Role>) =>
      roles.createQueryBuilder().update().set(row).where('id = :id', { id }).execute();
    return this.write(update, before);
  }

  /**
   * Also takes the role from every user who has it.
   * @param before statements that must succeed first, in the same transaction
   * @returns whether the role existed
   */
  delete(id: BaseRole['id'], before?: InTransaction): Promise<boolean> {
    return this.write((roles) => roles.delete({ id } as FindOptionsWhere<Role>), before);
  }

  /**
   * Assigns a role within the transaction of `manager`.
   * @throws {RoleAlreadyAssignedError}, {RoleNotFoundError} if the user or the role was deleted meanwhile
   */
  async assign(manager: EntityManager, userId: UserId, roleId: BaseRole['id']): Promise<void> {
    try {
      const users = manager.createQueryBuilder(this.users.target, 'user');
      await users.relation('roles').of(userId).add(roleId);
    } catch (error) {
      const known = translateDatabaseError(error);
      const fault = faultOf(known);
      if (fault === 'unique') throw new RoleAlreadyAssignedError(known);
      throw fault === 'reference' ? new RoleNotFoundError() : known;
    }
  }

  /**
   * Revokes a role within the transaction of `manager`.
   * @returns whether the user had the role
   */
  async revoke(manager: EntityManager, userId: UserId, roleId: BaseRole['id']): Promise<boolean> {
    // The boot checks have ensured that the table exists.
    const { tablePath, userColumn, roleColumn } = roleHoldersOf(this.users) as RoleHolders;
    const { affected } = await manager
      .createQueryBuilder()
      .delete()
      .from(tablePath)
      .where(`${userColumn} = :userId AND ${roleColumn} = :roleId`, { userId, roleId })
      .execute();
    return affected === 1;
  }

  parseId(id: unknown): BaseRole['id'] | undefined {
    return parseId(id, this.roles.metadata.primaryColumns[0]);
  }

  private async findOne(where: object, load: LoadOptions<Role> = {}): Promise<Role | undefined> {
    const [role] = await this.ask(() => this.roles.find({ where, ...load }));
    return role;
  }

  /** The values of a row, with the key that belongs to the name. */
  private row({ name, ...fields }: RoleFields<Role>): QueryDeepPartialEntity<Role> {
    const { nameKey: _, ...row } = writtenValues(this.roles.metadata, fields);
    return { ...row, ...(name !== undefined && { name, nameKey: roleKey(name) }) } as never;
  }

  private ask<T>(statement: () => Promise<T>): Promise<T> {
    return this.database.ask(statement);
  }

  private async write(
    statement: (roles: Repository<Role>) => Promise<{ affected?: number | null | undefined }>,
    before: InTransaction | undefined,
  ): Promise<boolean> {
    const { manager, target } = this.roles;
    const write = () => {
      if (!before) return statement(this.roles);
      // Before the change, because the requesting user may have the right to it through this very role.
      return manager.transaction(async (own) => {
        await before(own);
        return statement(own.getRepository(target));
      });
    };
    try {
      const { affected } = await this.database.write(write);
      return affected === 1;
    } catch (error) {
      const fault = faultOf(error);
      if (fault === 'unique') throw new RoleAlreadyExistsError(error);
      if (fault === 'reference') throw new RoleInUseError(error);
      throw error;
    }
  }
}
