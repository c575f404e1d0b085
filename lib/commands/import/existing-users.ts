import { In } from 'typeorm';
import type { FindOptionsWhere } from 'typeorm';
import { isSameId } from '../../database/entity-id.js';
import { isTakenByDeleted } from '../../database/entity-metadata.js';
import type { BaseUser } from '../../users/user.entity.js';
import { FieldFaultError } from '../columns/field-fault.js';
import type { HostAccounts } from '../host-accounts.js';
import type { UserLine } from './user-line.js';

const keyOf = (property: string, value: unknown): string => `${property}\0${String(value)}`;

/** Finds the users who have the id, the address or an identifier of lines. */
export class ExistingUsers {
  private readonly properties: readonly string[];

  constructor(private readonly host: HostAccounts) {
    this.properties = ['id', ...new Set(['email', ...host.settings.identifiers])];
  }

  /** The users of these lines, in one statement for each property. */
  async of(lines: readonly UserLine[]): Promise<KnownUsers> {
    const byKey = new Map<string, BaseUser>();
    for (const property of this.properties) {
      const values = lines.flatMap(({ values: all }) => all.get(property) ?? []);
      if (values.length === 0) continue;
      for (const user of await this.find(property, values)) {
        byKey.set(keyOf(property, (user as unknown as Record<string, unknown>)[property]), user);
      }
    }
    return new KnownUsers(this.host, this.properties, byKey);
  }

  /** The keys by which a line names its user. */
  keysOf({ values }: UserLine): string[] {
    return this.properties.flatMap((property) => {
      const value = values.get(property);
      return value === undefined || value === null ? [] : [keyOf(property, value)];
    });
  }

  private find(property: string, values: unknown[]): Promise<BaseUser[]> {
    const { rows, database } = this.host;
    const where = { [property]: In(values) } as FindOptionsWhere<BaseUser>;
    const withDeleted = property === 'id' || isTakenByDeleted(rows.metadata, property);
    return database.askUnhurried(() => rows.find({ where, withDeleted, loadEagerRelations: false }));
  }
}

/** The users that {@link ExistingUsers} found. */
export class KnownUsers {
  constructor(
    private readonly host: HostAccounts,
    private readonly properties: readonly string[],
    private readonly byKey: ReadonlyMap<string, BaseUser>,
  ) {}

  /**
   * The user of a line; `undefined` if there is none.
   * @throws {FieldFaultError} if the line means two users, one who is softly deleted, or one with another address:
   * ids of another system collide, and would give the account of one person to another
   */
  of({ values }: UserLine): BaseUser | undefined {
    const email = values.get('email');
    let found: BaseUser | undefined;
    for (const property of this.properties) {
      const user = this.byKey.get(keyOf(property, values.get(property)));
      if (!user) continue;
      if (this.host.repository.isDeleted(user)) {
        throw new FieldFaultError(property, 'belongs to a deleted user; restoreUser() brings the user back');
      }
      if (found && !isSameId(found.id, user.id)) {
        throw new FieldFaultError(property, 'belongs to another user than the fields before it');
      }
      if (email !== undefined && email !== user.email) {
        throw new FieldFaultError(property, 'belongs to a user with another address');
      }
      found = user;
    }
    return found;
  }
}
