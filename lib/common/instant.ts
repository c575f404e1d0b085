/** For a `bigint` column: milliseconds since 1970, the same instant in every time zone, on every database. */
export const instant = {
  to: (value: unknown) => (value instanceof Date ? value.getTime() : value),
  from: (value: string | number | null) => (value === null ? null : new Date(Number(value))),
};
