/** Without the fields that are `undefined`: a PATCH must not write them, nor a setting hide a default. */
export function definedFields<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
