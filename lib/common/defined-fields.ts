/**
 * Removes the fields that are `undefined`, so that a PATCH does not write them and a setting does not hide a
 * default.
 */
export function definedFields<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
