import { FieldFaultError } from '../commands/columns/field-fault.js';
import type { UsersCommands } from '../commands/users-commands.js';
import { put } from '../database/written-values.js';
import { UsageError } from './outcome.js';

/** Gathers an option that may be given several times. */
export const several = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** As {@link several}, for `name=value`. */
export const pairs =
  (option: string) =>
  (value: string, before: readonly string[] = []): string[] => {
    halves(value, option);
    return several(value, before);
  };

/**
 * The values of `--set name=value`, by the types of the columns.
 * @throws {UsageError}
 */
export function ownFields(commands: UsersCommands, given: readonly string[] = []): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const each of given) {
    const [name, value] = halves(each, '--set');
    setField(commands, fields, name, value);
  }
  return fields;
}

/** @throws {UsageError} if it is no column of the host's own, or if the column cannot have the value */
export function setField(
  { columns }: UsersCommands,
  fields: Record<string, unknown>,
  name: string,
  text: string,
): void {
  if (!columns.isOwn(name)) {
    const why = columns.isGroup(name)
      ? `it is an embedded object; set its columns, such as ${name}.${columns.partsOf(name)[0]}`
      : columns.has(name)
        ? 'another option or command sets it'
        : 'your user entity has no such column';
    throw new UsageError(`--set ${name}: ${why}.`);
  }
  try {
    put(fields, name.split('.'), columns.fromText(name, text));
  } catch (error) {
    throw error instanceof FieldFaultError ? new UsageError(`--set ${name}: it ${error.reason}.`) : error;
  }
}

/** @throws {UsageError} if there is no `=` */
export function halves(given: string, option: string): [string, string] {
  const at = given.indexOf('=');
  if (at > 0) return [given.slice(0, at), given.slice(at + 1)];
  throw new UsageError(`${option} needs a name, =, and a value.`);
}
