import { InvalidBodyError } from '../../common/users-error.js';
import { normalizeFields, type UserFields } from '../../users/user-fields.js';
import type { UserId } from '../../users/user.entity.js';
import type { UserColumns } from '../columns/user-columns.js';
import { FieldFaultError } from '../columns/field-fault.js';
import { put } from '../../database/written-values.js';
import type { HostAccounts } from '../host-accounts.js';
import type { FieldMap } from './field-map.js';
import type { RawLine } from './raw-line.js';
import type { RoleNames } from './role-names.js';

/** A line that can become a user. */
export interface UserLine {
  number: number;
  last: number;
  end: number;
  /** The values by column, with identifiers in their stored form. */
  values: ReadonlyMap<string, unknown>;
  /** The same, embedded objects nested. */
  fields: UserFields & { id?: UserId; passwordHash?: string | null; createdAt?: Date };
  /** The roles; `undefined` if the line has none. */
  roles: readonly Role[] | undefined;
}

type Role = ReturnType<RoleNames['of']>;

/** Turns lines of a file into {@link UserLine}s. */
export class UserLines {
  /** @param header the columns of the cells of CSV */
  constructor(
    private readonly host: HostAccounts,
    private readonly columns: UserColumns,
    private readonly map: FieldMap,
    private readonly roles: RoleNames,
    private readonly header: readonly (string | undefined)[],
  ) {}

  /** @throws {FieldFaultError} with the first fault */
  read({ number, last, end, record, cells, fault }: RawLine): UserLine {
    if (fault !== undefined) throw new FieldFaultError(undefined, fault);
    const given = cells ? this.fromCells(cells) : this.map.fields(record ?? {});
    const roles = this.rolesOf(given);
    if (given.has('password')) {
      throw new FieldFaultError(
        'password',
        'is not imported; give a passwordHash, or let the user reset the password',
      );
    }
    const values = new Map<string, unknown>();
    for (const [path, value] of given) {
      values.set(
        path,
        cells ? this.columns.fromText(path, value as string) : this.columns.fromJson(path, value),
      );
    }
    this.normalize(values);
    const fields: UserLine['fields'] = {};
    for (const [path, value] of values) put(fields, path.split('.'), value);
    return { number, last, end, values, fields, roles };
  }

  private fromCells(cells: readonly (string | undefined)[]): Map<string, unknown> {
    const tooMany = cells.length > this.header.length;
    if (tooMany) throw new FieldFaultError(undefined, 'has more cells than the header');
    const given = new Map<string, unknown>();
    for (const [at, cell] of cells.entries()) {
      const path = this.header[at];
      if (path !== undefined && cell !== undefined) given.set(path, cell);
    }
    return given;
  }

  private rolesOf(given: Map<string, unknown>): readonly Role[] | undefined {
    const value = given.get('roles');
    given.delete('roles');
    if (value === undefined || value === null) return undefined;
    const names: unknown = typeof value === 'string' ? namesIn(value) : value;
    if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) {
      throw new FieldFaultError('roles', 'must be a list of names');
    }
    return [...new Set(names.map((name: string) => this.roles.of(name)))];
  }

  /** What `addUser()` would refuse for another reason than the database's. */
  private normalize(values: Map<string, unknown>): void {
    const { settings, repository, passwords } = this.host;
    const id = values.get('id');
    if (values.has('id')) {
      const parsed = repository.parseId(id);
      if (parsed === undefined)
        throw new FieldFaultError('id', `cannot be used; the ids of ${repository.ids}`);
      values.set('id', parsed);
    }
    const hash = values.get('passwordHash');
    const fault = typeof hash === 'string' ? passwords.fault(hash) : undefined;
    if (fault !== undefined) throw new FieldFaultError('passwordHash', fault);
    for (const property of new Set(['email', ...settings.identifiers])) {
      if (!values.has(property)) continue;
      values.set(property, this.normalIdentifier(property, values.get(property)));
    }
  }

  private normalIdentifier(property: string, value: unknown): unknown {
    try {
      return (normalizeFields({ [property]: value }, this.host.settings) as Record<string, unknown>)[
        property
      ];
    } catch (error) {
      if (!(error instanceof InvalidBodyError)) throw error;
      throw new FieldFaultError(
        property,
        value === '' ? 'is empty' : property === 'email' ? NO_ADDRESS : NOT_ALLOWED,
      );
    }
  }
}

const NO_ADDRESS = 'is not an e-mail address that can be used';
const NOT_ALLOWED = 'is not allowed; it may be too long, or have a character that is not allowed';

/** A cell has a list of JSON, or names with commas between them. */
function namesIn(cell: string): unknown {
  if (!cell.trimStart().startsWith('[')) {
    return cell
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
  }
  try {
    return JSON.parse(cell);
  } catch {
    throw new FieldFaultError('roles', 'must be a list of names');
  }
}
