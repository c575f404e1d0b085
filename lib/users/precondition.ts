import {
  type EntityManager,
  type EntityTarget,
  type FindOptionsWhere,
  type ObjectLiteral,
  Raw,
} from 'typeorm';
import type { BaseUser } from './user.entity.js';

/**
 * A condition that a change of a user depends on. It is part of the statement that writes, because a row that
 * was loaded before a hook, a hash or a mail may have changed since.
 */
export interface Precondition {
  /** Values that the row itself must have. */
  row?: FindOptionsWhere<BaseUser>;
  /** A condition on other rows, in SQL that names no column of the user's row. */
  sql?: string;
  /**
   * A condition on another store, such as Redis. It is checked right before the statement, as close as two
   * stores allow.
   */
  elsewhere?: () => Promise<boolean>;
  /** Values of the `:names` in `sql`. A name must have the same value in all preconditions of a statement. */
  parameters?: ObjectLiteral;
  /** Makes the error for a condition that does not hold. */
  refusal: () => Error;
}

/** The condition on the row `where.id`, including all preconditions. */
export function whereAllHold<User extends BaseUser>(
  where: FindOptionsWhere<User>,
  preconditions: readonly Precondition[],
): FindOptionsWhere<User> {
  const rows = preconditions.map(({ row }) => row ?? {});
  const whole = Object.assign({}, where, ...rows) as FindOptionsWhere<User>;
  const others = preconditions.flatMap(({ sql }) => sql ?? []);
  if (others.length === 0) return whole;
  const parameters: ObjectLiteral = { rowId: where.id };
  for (const each of preconditions) Object.assign(parameters, each.parameters);
  const id = Raw((column) => [`${column} = :rowId`, ...others].join(' AND '), parameters);
  // The column's transformer must not be applied to this SQL condition.
  id.transformValue = () => undefined;
  return Object.assign(whole, { id });
}

/** @throws the refusal of the first precondition whose other store says no */
export async function requireElsewhere(preconditions: readonly Precondition[]): Promise<void> {
  for (const { elsewhere, refusal } of preconditions) {
    if (elsewhere && !(await elsewhere())) throw refusal();
  }
}

/**
 * Checks all preconditions, in order.
 * @param where the row, by its id
 * @throws the refusal of the first precondition that does not hold
 */
export async function requireAll<User extends BaseUser>(
  manager: EntityManager,
  users: EntityTarget<User>,
  where: FindOptionsWhere<User>,
  preconditions: readonly Precondition[],
): Promise<void> {
  await requireElsewhere(preconditions);
  const holds = await whichHold(manager, preconditions);
  for (const [index, { row, refusal }] of preconditions.entries()) {
    const its = { ...row, id: where.id } as FindOptionsWhere<User>;
    if (!holds[index] || (row && !(await manager.existsBy(users, its)))) throw refusal();
  }
}

/** Whether the SQL of each precondition is true, asked in one statement. */
async function whichHold(manager: EntityManager, preconditions: readonly Precondition[]): Promise<boolean[]> {
  const select = manager.createQueryBuilder().fromDummy().select('1', 'one');
  for (const [index, { sql, parameters = {} }] of preconditions.entries()) {
    if (sql === undefined) continue;
    select.addSelect(`CASE WHEN ${sql} THEN 1 ELSE 0 END`, `holds${index}`).setParameters(parameters);
  }
  const row = await select.getRawOne<Record<string, number | string>>();
  return preconditions.map(({ sql }, index) => sql === undefined || Number(row?.[`holds${index}`]) === 1);
}
