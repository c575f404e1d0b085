import type { Repository } from 'typeorm';
import type { BaseUser, UserId } from '../../users/user.entity.js';
import type { UserColumns } from '../columns/user-columns.js';
import type { HostAccounts } from '../host-accounts.js';
import { csvRow } from './csv-cells.js';
import { jsonText } from './json-text.js';
import { recordOf, type UserRecord } from './user-record.js';

/** How users are exported. */
export interface ExportOptions {
  /**
   * The format of the lines.
   * @default 'ndjson'
   */
  format?: 'ndjson' | 'csv';
  /**
   * Adds the password hashes, for a move to another application.
   * @default false
   */
  withHashes?: boolean;
}

const PAGE = 500;

/** Lines of all users in the order of their ids. Softly deleted users are left out. */
export async function* exportUsers(
  host: HostAccounts,
  columns: UserColumns,
  { format = 'ndjson', withHashes = false }: ExportOptions,
): AsyncGenerator<string> {
  const { hasRoles } = host.settings;
  const paths = [
    ...columns.readable,
    ...(withHashes ? ['passwordHash'] : []),
    ...(hasRoles ? ['roles'] : []),
  ];
  if (format === 'csv') yield csvRow(paths);
  for await (const user of usersInOrder(host, withHashes)) {
    const record = recordOf(user, columns, hasRoles);
    if (withHashes) record['passwordHash'] = user.passwordHash ?? null;
    yield format === 'csv' ? csvLine(paths, record, columns) : `${jsonText(record)}\n`;
  }
}

function csvLine(paths: string[], record: UserRecord, columns: UserColumns): string {
  return csvRow(
    paths.map((path) => {
      const value = path
        .split('.')
        .reduce<unknown>((at, name) => (at as UserRecord | undefined)?.[name], record);
      if (path === 'roles') return rolesCell(value as string[]);
      if (Array.isArray(value) && !columns.isJson(path)) return value.join(',');
      return columns.isJson(path) && value !== null && value !== undefined ? JSON.stringify(value) : value;
    }),
  );
}

/** Names with a comma need JSON. */
const rolesCell = (names: string[]): string | undefined => {
  if (names.length === 0) return undefined;
  return names.some((name) => /^\[|,/.test(name)) ? JSON.stringify(names) : names.join(',');
};

/** Page by page, each from where the last one ended, so that the first and the last cost the same. */
async function* usersInOrder(host: HostAccounts, withHashes: boolean): AsyncGenerator<BaseUser> {
  let last: UserId | undefined;
  let page: BaseUser[];
  do {
    page = await host.database.askUnhurried(() => pageAfter(host.rows, last, withHashes));
    if (host.settings.hasRoles) {
      await host.repository.loadRelations(page, { relations: { roles: true } as never });
    }
    yield* page;
    last = page.at(-1)?.id;
  } while (page.length === PAGE);
}

function pageAfter(
  rows: Repository<BaseUser>,
  last: UserId | undefined,
  withHashes: boolean,
): Promise<BaseUser[]> {
  const select = rows.createQueryBuilder('user').orderBy('user.id', 'ASC').take(PAGE);
  if (withHashes) select.addSelect('user.passwordHash');
  if (last !== undefined) select.where('user.id > :last', { last });
  return select.getMany();
}
