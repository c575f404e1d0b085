import { isIntegerColumn } from '../../database/entity-id.js';
import { ownValue } from '../../database/column-values.js';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';

/** How the values of a column are written in a file or an argument. */
export type ColumnKind =
  'text' | 'boolean' | 'integer' | 'bigint' | 'number' | 'instant' | 'json' | 'bytes' | 'other';

const KINDS: [Exclude<ColumnKind, 'integer' | 'bigint' | 'other'>, RegExp][] = [
  ['boolean', /^bool(ean)?$/],
  ['number', /^(float\d*|double( precision)?|real|decimal|numeric|dec|fixed|number)$/],
  ['instant', /^(datetime\d?|timestamp.*|smalldatetime)$/],
  ['json', /^(jsonb?|simple-json|simple-array|array|set)$/],
  ['bytes', /blob|^(bytea|(var)?binary)$/],
  [
    'text',
    /char|text|^(string|clob|citext|uuid|enum|simple-enum|date|time.*|inet|cidr|macaddr8?|xml|year|interval)$/,
  ],
];

/** Decides by the type of the column, and by what its transformer makes of a stored number. */
export function kindOf(column: ColumnMetadata): ColumnKind {
  if (column.transformer !== undefined) return kindOfTransformed(column);
  if (column.isArray) return 'json';
  const type = typeof column.type === 'function' ? column.type.name.toLowerCase() : column.type;
  if (type === 'date' && typeof column.type === 'function') return 'instant';
  if (isIntegerColumn(column)) return /^(big|int8|int64)/.test(type) ? 'bigint' : 'integer';
  return KINDS.find(([, types]) => types.test(type))?.[0] ?? 'other';
}

/** The own values of a transformed column may have any type. Dates and BigInts cannot be written as they are. */
function kindOfTransformed(column: ColumnMetadata): ColumnKind {
  try {
    const sample = ownValue(column, '1');
    if (sample instanceof Date) return 'instant';
    if (typeof sample === 'bigint') return 'bigint';
    if (typeof sample === 'boolean') return 'boolean';
  } catch {
    // What reads only its own ciphertext says nothing of itself.
  }
  return 'other';
}
