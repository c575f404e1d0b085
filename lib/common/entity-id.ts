import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const INTEGER = /^[1-9]\d{0,9}$/;
const HIGHEST_INTEGER = 2 ** 31 - 1;

export const isUuidColumn = (column: ColumnMetadata | undefined): boolean =>
  column?.generationStrategy === 'uuid' || column?.type === 'uuid';

/** An id as it came from a path, a token or a body; `undefined` if it can be nobody's. */
export function parseId(id: unknown, column: ColumnMetadata | undefined): string | number | undefined {
  const text = typeof id === 'number' ? String(id) : id;
  if (typeof text !== 'string') return undefined;
  if (isUuidColumn(column)) return UUID.test(text) ? text.toLowerCase() : undefined;
  return INTEGER.test(text) && Number(text) <= HIGHEST_INTEGER ? Number(text) : undefined;
}
