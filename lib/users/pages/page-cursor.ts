import { parseId } from '../../common/entity-id.js';
import type { UserId } from '../user.entity.js';
import type { UsersSort } from './users-query.js';

/** Says where a page ended. It is nothing to read or to make: only to be sent back. */
export const writeCursor = (sort: UsersSort | undefined, id: UserId): string =>
  Buffer.from(JSON.stringify([sort, id])).toString('base64url');

/** The id in a cursor of the same order; `undefined` for anything else. */
export function readCursor(
  cursor: string,
  sort: UsersSort | undefined,
  column: Parameters<typeof parseId>[1],
): UserId | undefined {
  try {
    const [order, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    return order === (sort ?? null) ? parseId(id, column) : undefined;
  } catch {
    return undefined;
  }
}
