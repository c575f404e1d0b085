/**
 * For a `bigint` column: milliseconds since 1970. That is the same instant in every time zone, on every
 * database.
 */
export const instant = {
  to: (value: unknown) => (value instanceof Date ? value.getTime() : value),
  from: (value: string | number | null) => (value === null ? null : new Date(Number(value))),
};

/** As {@link instant}. A row that TypeORM inserts without a value gets the current time. */
export const instantOrNow = {
  to: (value: unknown) => (value === undefined ? Date.now() : instant.to(value)),
  from: instant.from,
};
