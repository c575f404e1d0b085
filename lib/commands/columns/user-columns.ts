import type { Repository } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { requiredUserColumns, USER_COLUMNS } from '../../users/required-columns.js';
import type { BaseUser } from '../../users/user.entity.js';
import { type ColumnKind, kindOf } from './column-kind.js';
import { fromJson, fromText } from './column-value.js';
import { FieldFaultError } from './field-fault.js';

interface Known {
  column: ColumnMetadata;
  kind: ColumnKind;
}

/** The fields that only this library writes. */
const NEVER_GIVEN = ['tokenVersion', 'updatedAt'];
export const ONLY_OURS = 'is written only by this library';

/** The columns of the user entity as files and arguments name them: `homeAddress.street` is one of an embedded object. */
export class UserColumns {
  private readonly known: ReadonlyMap<string, Known>;
  private readonly groups: ReadonlySet<string>;
  /** The host's own columns that a new user needs. */
  readonly required: readonly string[];

  constructor(users: Repository<BaseUser>) {
    const written = users.metadata.columns.filter(isWritten);
    this.known = new Map(written.map((column) => [column.propertyPath, { column, kind: kindOf(column) }]));
    const paths = [...this.known.keys()].map((path) => path.split('.'));
    this.groups = new Set(
      paths.flatMap((path) => path.slice(0, -1).map((_, at) => path.slice(0, at + 1).join('.'))),
    );
    this.required = requiredUserColumns(users).filter((path) => this.known.has(path));
  }

  has(path: string): boolean {
    return this.known.has(path);
  }

  /** Whether it is an embedded object. */
  isGroup(path: string): boolean {
    return this.groups.has(path);
  }

  /** The names of what is in an embedded object. */
  partsOf(path: string): string[] {
    const inside = [...this.known.keys()].filter((each) => each.startsWith(`${path}.`));
    return inside.map((each) => each.slice(path.length + 1));
  }

  /** Whether it is a column of the host's own. */
  isOwn(path: string): boolean {
    return this.has(path) && !USER_COLUMNS.includes(path);
  }

  /** Whether it is a column that only this library writes. */
  isOurs(path: string): boolean {
    return NEVER_GIVEN.includes(path);
  }

  /** The columns that a plain SELECT reads: the id, and the others in the order of the entity. Never the hash. */
  get readable(): string[] {
    const selected = [...this.known].filter(([, { column }]) => column.isSelect);
    const paths = selected.map(([path]) => path).filter((path) => path !== 'passwordHash');
    return [...paths.filter((path) => path === 'id'), ...paths.filter((path) => path !== 'id')];
  }

  /** @throws {FieldFaultError} for a name that is no column, and for a value that the column cannot have */
  fromJson(path: string, value: unknown): unknown {
    const { column, kind } = this.of(path);
    // An id is read by its own rules, which know all that a column of ids can hold.
    return path === 'id' ? value : fromJson(value, column, kind);
  }

  /** As {@link fromJson}, from a text. */
  fromText(path: string, text: string): unknown {
    const { column, kind } = this.of(path);
    return path === 'id' ? text : fromText(text, column, kind);
  }

  /** A value of an entity as JSON has it. */
  toJson(value: unknown): unknown {
    if (typeof value === 'bigint') return String(value);
    return Buffer.isBuffer(value) ? value.toString('base64') : value;
  }

  isJson(path: string): boolean {
    return this.of(path).kind === 'json' && this.of(path).column.type !== 'simple-array';
  }

  valueOf(path: string, user: BaseUser): unknown {
    return this.of(path).column.getEntityValue(user);
  }

  private of(path: string): Known {
    const known = this.known.get(path);
    if (known) return known;
    throw new FieldFaultError(path, this.isOurs(path) ? ONLY_OURS : 'is no column of your user entity');
  }
}

const isWritten = (column: ColumnMetadata): boolean =>
  !NEVER_GIVEN.includes(column.propertyPath) &&
  !column.isDeleteDate &&
  !column.isVersion &&
  !column.isVirtual &&
  !column.isVirtualProperty &&
  !column.isDiscriminator &&
  column.generatedType === undefined &&
  column.relationMetadata?.propertyName !== column.propertyName;
