import { getMetadataArgsStorage } from 'typeorm';

/**
 * Lets an entity rename a column of `base` by declaring its property again. TypeORM takes the first declaration
 * that it meets, which is the base class's, and says nothing of the other; `unique: true` on both makes two
 * indexes of one name. Entities that do not extend `base` are left to TypeORM alone.
 */
export function letRedeclarationsWin(base: object): void {
  const storage = getMetadataArgsStorage();
  const filterUniques = storage.filterUniques.bind(storage) as (target: unknown) => typeof storage.uniques;
  const filterColumns = storage.filterColumns.bind(storage) as (target: unknown) => typeof storage.columns;

  storage.filterColumns = (target: unknown) => {
    const columns = filterColumns(target);
    // From the entity's own class up to its furthest ancestor.
    const tree: unknown[] = Array.isArray(target) ? target : [];
    if (!tree.includes(base)) return columns;
    const distance = (column: { target: unknown }) => tree.indexOf(column.target);
    return columns.map((first) =>
      storage.columns
        .filter((each) => each.propertyName === first.propertyName && distance(each) >= 0)
        .reduce((nearest, each) => (distance(each) < distance(nearest) ? each : nearest)),
    );
  };

  storage.filterUniques = (target: unknown) => {
    const uniques = filterUniques(target);
    if (!Array.isArray(target) || !target.includes(base)) return uniques;
    const named = uniques.map((unique) => [String(unique.name ?? unique.columns), unique] as const);
    return [...new Map(named).values()];
  };
}
