import { ONLY_OURS, type UserColumns } from '../columns/user-columns.js';
import { FieldFaultError } from '../columns/field-fault.js';
import { CommandRefusedError } from '../refusal.js';

/** The fields that are no columns. `password` is known in order to say what to do with it. */
const BESIDE_COLUMNS = ['roles', 'password'];

type Fields = Map<string, unknown>;

/** Finds for each name of a file the column that it means. */
export class FieldMap {
  private readonly map: ReadonlyMap<string, string>;

  /** @throws {CommandRefusedError} if a name leads to no column */
  constructor(
    private readonly columns: UserColumns,
    map: Readonly<Record<string, string>>,
  ) {
    this.map = new Map(Object.entries(map));
    const stranger = [...this.map.values()].find((ours) => ours !== '' && !this.isField(ours));
    if (stranger === undefined) return;
    throw new CommandRefusedError(`The map leads to ${stranger}, which is no column of your user entity.`);
  }

  /**
   * The columns of a header; `undefined` for what is left out.
   * @throws {CommandRefusedError}
   */
  header(names: readonly (string | undefined)[]): (string | undefined)[] {
    const other = names.length === 1 ? OTHER_DELIMITERS.find((each) => names[0]?.includes(each)) : undefined;
    if (other !== undefined)
      throw new CommandRefusedError(
        `The header has one column, ${names[0]}; if ${JSON.stringify(other)} stands between the cells, give it as the delimiter (--delimiter).`,
      );
    // A spreadsheet writes columns without a name, which are empty.
    const targets = names.map((name = '') => (name.trim() === '' ? '' : this.target(name.trim())));
    const unknown = names.find((_, at) => targets[at] === null);
    if (unknown !== undefined)
      throw new CommandRefusedError(`The header has ${unknown}, which ${this.why(unknown)}.`);
    const given = targets.filter((target) => target !== '');
    const twice = given.find((target, at) => given.indexOf(target) !== at);
    if (twice !== undefined) throw new CommandRefusedError(`The header has ${twice} twice.`);
    return targets.map((target) => target || undefined);
  }

  /**
   * The values of a record by their columns.
   * @throws {FieldFaultError}
   */
  fields(record: Readonly<Record<string, unknown>>): Fields {
    const fields: Fields = new Map();
    this.collect(record, '', fields);
    return fields;
  }

  private collect(record: Readonly<Record<string, unknown>>, prefix: string, fields: Fields): void {
    for (const [name, value] of Object.entries(record)) {
      const path = `${prefix}${name}`;
      const target = this.target(path);
      if (target === '') continue;
      if (target !== null) {
        if (fields.has(target)) throw new FieldFaultError(target, 'is given twice');
        fields.set(target, value);
      } else if (isObject(value) && this.leadsOn(path)) this.collect(value, `${path}.`, fields);
      else if (value !== null || !this.columns.isGroup(path))
        throw new FieldFaultError(shown(path), this.why(path));
    }
  }

  /** The column; an empty text for what is left out, and `null` for what is unknown. */
  private target(name: string): string | null {
    return this.map.get(name) ?? (this.isField(name) ? name : null);
  }

  /** Whether parts of this object may be fields. */
  private leadsOn(path: string): boolean {
    return this.columns.isGroup(path) || [...this.map.keys()].some((name) => name.startsWith(`${path}.`));
  }

  private why(name: string): string {
    return this.columns.isOurs(name) ? `${ONLY_OURS}; --map ${name}= leaves it out` : UNKNOWN;
  }

  private isField(name: string): boolean {
    return this.columns.has(name) || BESIDE_COLUMNS.includes(name);
  }
}

/** What else stands between the cells of CSV. */
const OTHER_DELIMITERS = [';', '\t', '|'];

const UNKNOWN = 'is no column of your user entity; --map leads a name to a column, or to nothing';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const LONGEST_SHOWN = 60;

/** A name of a file, for a message. */
const shown = (name: string): string =>
  JSON.stringify(name.length > LONGEST_SHOWN ? `${name.slice(0, LONGEST_SHOWN)}…` : name).slice(1, -1);
