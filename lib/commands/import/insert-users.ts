import { type EntityManager, type FindOptionsWhere, In, type Repository } from 'typeorm';
import { firstTokenVersion } from '../../accounts/user-writer.js';
import { escapedTable, isPostgres } from '../../database/dialect.js';
import { decidingTransaction } from '../../database/isolation.js';
import { writtenValues } from '../../database/written-values.js';
import { asNormalized } from '../../users/identifier.subscriber.js';
import type { BaseUser, UserId } from '../../users/user.entity.js';
import type { NewFields } from '../../users/user-fields.js';
import type { HostAccounts } from '../host-accounts.js';
import type { UserLine } from './user-line.js';

/** The row of a new user, and the line that it comes from. */
export interface NewUser {
  line: UserLine;
  fields: NewFields;
}

/** The ids of users by their addresses. */
type Ids = Map<string, UserId>;

/** SQLite takes 32766 parameters in a statement, PostgreSQL and MariaDB 65535. */
const MOST_PARAMETERS = 30_000;

class RolledBack extends Error {}

/**
 * Inserts users and gives them their roles, all or none of them.
 * @param isTrial rolls everything back in the end, and calls no listener of the host
 * @throws the errors of the Database
 */
export async function insertUsers(
  host: HostAccounts,
  users: readonly NewUser[],
  isTrial: boolean,
): Promise<void> {
  const { rows, database } = host;
  const write = async (manager: EntityManager) => {
    const ids = await insertRows(manager, rows, users, isTrial);
    await assignRoles(manager, host, users, ids);
    if (isTrial) throw new RolledBack();
    await raiseSequence(manager, rows, users);
  };
  await database.writeUnhurried(async () => {
    try {
      await decidingTransaction(rows.manager, write);
    } catch (error) {
      if (!(error instanceof RolledBack)) throw error;
    }
  });
}

/** @returns the ids by address; `undefined` if the database does not return what it inserts */
async function insertRows(
  manager: EntityManager,
  rows: Repository<BaseUser>,
  users: readonly NewUser[],
  isTrial: boolean,
): Promise<Ids | undefined> {
  const { target, metadata } = rows;
  const { driver } = manager.dataSource;
  const ids: Ids | undefined = driver.isReturningSqlSupported('insert') ? new Map() : undefined;
  const atOnce = Math.max(1, Math.floor(MOST_PARAMETERS / metadata.columns.length));
  const withId = users.filter(({ fields }) => fields.id !== undefined);
  const withoutId = users.filter(({ fields }) => fields.id === undefined);
  for (const [group, columns] of [
    [withoutId, undefined],
    // On PostgreSQL, TypeORM leaves out an auto-increment id unless the columns are named.
    [withId, metadata.columns.filter(({ isInsert }) => isInsert).map(({ propertyPath }) => propertyPath)],
  ] as const) {
    for (let from = 0; from < group.length; from += atOnce) {
      const values = group
        .slice(from, from + atOnce)
        .map(({ fields }) => rowOf(manager, target, metadata, fields));
      const insert = manager.createQueryBuilder().insert().into(target, columns);
      insert.updateEntity(false).callListeners(!isTrial).values(values);
      if (!ids) await insert.execute();
      else noteIds(ids, rows, (await insert.returning(['id', 'email']).execute()).raw);
    }
  }
  return ids;
}

/** @param returned rows as the driver has them */
function noteIds(ids: Ids, { metadata, manager }: Repository<BaseUser>, returned: unknown): void {
  const ownValueOf = (row: Record<string, unknown>, name: string): unknown => {
    const column = metadata.findColumnWithPropertyName(name);
    return column && manager.dataSource.driver.prepareHydratedValue(row[column.databaseName], column);
  };
  for (const row of returned as Record<string, unknown>[]) {
    ids.set(ownValueOf(row, 'email') as string, ownValueOf(row, 'id') as UserId);
  }
}

function rowOf(
  manager: EntityManager,
  target: Repository<BaseUser>['target'],
  metadata: Repository<BaseUser>['metadata'],
  { id, ...fields }: NewFields,
) {
  const row = { ...fields, tokenVersion: firstTokenVersion() };
  const values = { ...writtenValues(metadata, row), ...(id !== undefined && { id }) };
  return asNormalized(manager.create(target, values as object)) as never;
}

async function assignRoles(
  manager: EntityManager,
  host: HostAccounts,
  users: readonly NewUser[],
  known: Ids | undefined,
): Promise<void> {
  const holders = users.filter(({ line }) => line.roles !== undefined && line.roles.length > 0);
  if (holders.length === 0) return;
  const ids = known ?? (await idsOf(manager, host.rows, holders));
  const byRole = new Map<unknown, UserId[]>();
  for (const { line, fields } of holders) {
    for (const role of line.roles ?? []) {
      const owners = byRole.get(role.id) ?? [];
      owners.push(ids.get(fields.email) as UserId);
      byRole.set(role.id, owners);
    }
  }
  for (const [role, owners] of byRole) {
    await manager.createQueryBuilder(host.rows.target, 'user').relation('roles').of(owners).add(role);
  }
}

async function idsOf(
  manager: EntityManager,
  { target }: Repository<BaseUser>,
  users: readonly NewUser[],
): Promise<Ids> {
  const where = { email: In(users.map(({ fields }) => fields.email)) } as FindOptionsWhere<BaseUser>;
  const select = { id: true, email: true } as never;
  const found = await manager.find(target, { select, where, loadEagerRelations: false });
  return new Map(found.map(({ id, email }) => [email, id]));
}

/** PostgreSQL does not count on from an id that was given. The next user without one would get it, too. */
async function raiseSequence(
  manager: EntityManager,
  { metadata }: Repository<BaseUser>,
  users: readonly NewUser[],
): Promise<void> {
  const [column] = metadata.primaryColumns;
  if (!isPostgres(manager.dataSource) || column?.generationStrategy !== 'increment') return;
  const ids = users.flatMap(({ fields: { id } }) => (id === undefined ? [] : BigInt(id)));
  if (ids.length === 0) return;
  const highest = ids.reduce((one, other) => (one > other ? one : other));
  const table = escapedTable(manager.dataSource, metadata.tablePath);
  const sequence = `pg_get_serial_sequence($1, $2)::regclass`;
  await manager.query(
    `SELECT setval(${sequence}, $3::bigint) FROM pg_sequences
     WHERE format('%I.%I', schemaname, sequencename)::regclass = ${sequence} AND coalesce(last_value, 0) < $3::bigint`,
    [table, column.databaseName, String(highest)],
  );
}
