import { jsonId, parseId } from '../../database/entity-id.js';
import type { UserId } from '../user.entity.js';
import type { UsersSort } from './users-query.js';

/** A text that marks the end of a page. A client only sends it back. */
export const writeCursor = (sort: UsersSort | undefined, id: UserId): string =>
  Buffer.from(JSON.stringify([sort, jsonId(id)])).toString('base64url');

const LONGEST_CURSOR = 512;

/** The id in a cursor with the same order; `undefined` for anything else. */
export function readCursor(
  cursor: string,
  sort: UsersSort | undefined,
  column: Parameters<typeof parseId>[1],
): UserId | undefined {
  if (cursor.length > LONGEST_CURSOR) return undefined;
  try {
    const [order, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    return order === (sort ?? null) ? parseId(id, column) : undefined;
  } catch {
    return undefined;
  }
}
