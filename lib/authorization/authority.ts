import { Inject, Injectable } from '@nestjs/common';
import type { Repository } from 'typeorm';
import { BackendLogins } from '../authentication/backend-logins.js';
import type { Identity } from '../authentication/backend.js';
import { escapedTable } from '../database/dialect.js';
import type { RowId } from '../database/entity-id.js';
import { columnOf } from '../database/entity-metadata.js';
import { NotAllowedError, NotAuthenticatedError } from '../common/users-error.js';
import { VerificationRequiredError } from '../users/users.errors.js';
import { roleHoldersOf } from '../roles/role-holders.js';
import { roleKey } from '../roles/role-name.js';
import type { Precondition } from '../users/precondition.js';
import { type BaseUser, type UserId, USER_ENTITY_REPOSITORY } from '../users/user.entity.js';
import { type Right, rightsOf } from '../authentication/rights.js';

/** The user that a request is about to change, and what the requesting user must have. */
export interface Change {
  target: BaseUser;
  /** The requesting user must have all roles of the target. Default false. */
  coversRoles?: boolean;
  /** The id of a role that the requesting user must have. */
  role?: RowId;
}

/**
 * Builds the conditions for administrative changes: on the administrator's login, on the right that the guards
 * checked, and on the target user.
 */
@Injectable()
export class Authority {
  constructor(
    @Inject(USER_ENTITY_REPOSITORY) private readonly users: Repository<BaseUser>,
    private readonly logins: BackendLogins,
  ) {}

  /**
   * The conditions that must still hold when the request writes: on its own user, and on the user it changes,
   * if any.
   */
  over(identity: Identity, change?: Change): Precondition[] {
    const { user, backend } = identity;
    const notAuthenticated = () => new NotAuthenticatedError(backend.transport.challenge);
    const login = this.logins.referenceOf(identity);
    return [
      this.isStillActor(identity, notAuthenticated),
      ...this.logins.preconditions(user, login, notAuthenticated),
      ...rightsOf(identity).map((right) => this.stillHas(user.id, right)),
      ...(change && !user.isSuperuser ? this.mayBeChanged(user.id, change) : []),
    ];
  }

  /**
   * The conditions for a change of one's own account: the login is valid, and the rights that the guards
   * checked still hold.
   */
  ofOwnAccount(identity: Identity): Precondition[] {
    const rights = rightsOf(identity).map((right) => this.stillHas(identity.user.id, right));
    return [...this.logins.stillCounts(identity), ...rights];
  }

  private isStillActor({ user, tokenVersion }: Identity, refusal: () => Error): Precondition {
    const sql = this.actor('actor.tokenVersion = :actorVersion AND actor.isActive = TRUE');
    return { sql, parameters: { actor: user.id, actorVersion: tokenVersion }, refusal };
  }

  private stillHas(actor: UserId, right: Right): Precondition {
    const parameters = { actor };
    if ('superuser' in right) return { sql: this.actor('actor.isSuperuser = TRUE'), parameters, refusal };
    if ('verified' in right) {
      return { sql: this.actor('actor.isVerified = TRUE'), parameters, refusal: refuseUnverified };
    }
    const keys = [...new Set(right.roles.map(roleKey))];
    // Each role has its own parameter name, because several guards may each have checked roles.
    const parametersOfRoles = Object.fromEntries(keys.map((key) => [`role_${key}`, key]));
    const list = Object.keys(parametersOfRoles).map((name) => `:${name}`);
    const held = this.holders('held');
    const role = this.roleTable('role');
    const count = `SELECT COUNT(*) FROM ${held.table} JOIN ${role.table} ON ${role.id} = ${held.role} WHERE ${held.user} = :actor AND ${role.key} IN (${list.join(', ')})`;
    const sql = `(${count}) >= ${right.every ? keys.length : 1}`;
    return { sql, parameters: { ...parameters, ...parametersOfRoles }, refusal };
  }

  /** Only a superuser may change a superuser or a user with more roles. */
  private mayBeChanged(actor: UserId, { target, coversRoles = false, role }: Change): Precondition[] {
    const preconditions: Precondition[] = [{ row: { isSuperuser: false }, refusal: refuseTarget }];
    if (!coversRoles && role === undefined) return preconditions;
    const [own, held] = [this.holders('own'), this.holders('held')];
    const owned = `SELECT ${own.role} FROM ${own.table} WHERE ${own.user} = :actor`;
    if (coversRoles) {
      const more = `SELECT 1 FROM ${held.table} WHERE ${held.user} = :target AND ${held.role} NOT IN (${owned})`;
      const parameters = { actor, target: target.id };
      preconditions.push({ sql: `NOT EXISTS (${more})`, parameters, refusal: refuseTarget });
    }
    if (role !== undefined) {
      const parameters = { actor, granted: role };
      preconditions.push({ sql: `EXISTS (${owned} AND ${own.role} = :granted)`, parameters, refusal });
    }
    return preconditions;
  }

  /** MySQL can read the table that a statement changes only through a derived table. */
  private actor(condition: string): string {
    const select = this.users
      .createQueryBuilder('actor')
      .select('actor.id')
      .where(`actor.id = :actor AND ${condition}`)
      .limit(1);
    return `EXISTS (SELECT 1 FROM (${select.getQuery()}) still)`;
  }

  private holders(alias: string) {
    const holders = roleHoldersOf(this.users);
    if (!holders) throw new NotAllowedError();
    return {
      table: `${escapedTable(this.users.manager.dataSource, holders.tablePath)} ${alias}`,
      user: `${alias}.${holders.userColumn}`,
      role: `${alias}.${holders.roleColumn}`,
    };
  }

  private roleTable(alias: string) {
    const { dataSource } = this.users.manager;
    const role = this.users.metadata.findRelationWithPropertyPath('roles')?.inverseEntityMetadata;
    if (!role) throw new NotAllowedError();
    const column = (name: string) =>
      `${alias}.${dataSource.driver.escape(columnOf(role, name)?.databaseName ?? name)}`;
    return {
      table: `${escapedTable(dataSource, role.tablePath)} ${alias}`,
      id: column('id'),
      key: column('nameKey'),
    };
  }
}

const refusal = () => new NotAllowedError();
const refuseUnverified = () => new VerificationRequiredError();
/** The target is a superuser or has a role that the administrator does not have. */
export const refuseTarget = () =>
  new NotAllowedError(
    'You may not change this user: the user is a superuser, or has a role that you do not have.',
  );
