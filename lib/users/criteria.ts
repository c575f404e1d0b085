/** TypeORM reads `{}` and `{ id: undefined }` as "the first row", and an update of them as "all rows". */
export function requireCriteria(where: object): void {
  const values: unknown[] = Object.values(where);
  const isEmpty = (value: unknown) =>
    value === undefined ||
    value === null ||
    (value.constructor === Object && Object.keys(value).length === 0);
  if (values.length === 0 || values.some(isEmpty)) {
    throw new TypeError('A search for a user needs criteria, each with a value.');
  }
}
