import { getMetadataArgsStorage } from 'typeorm';

/**
 * Lets an entity rename a column of `base` by declaring its property again. TypeORM takes the first declaration
 * that it meets, which is that of the base class, and ignores the other one. With `unique: true` on both, it
 * creates two indexes of one name. A unique index with a condition replaces the base class's index on the same
 * column. Entities that do not extend `base` are not changed.
 * @param hostDeclares a property that the host declares and `base` only has an index on
 */
export function letRedeclarationsWin(base: object, hostDeclares?: string): void {
  const storage = getMetadataArgsStorage();
  const filterUniques = storage.filterUniques.bind(storage) as (target: unknown) => typeof storage.uniques;
  const filterIndices = storage.filterIndices.bind(storage) as (target: unknown) => typeof storage.indices;
  const filterColumns = storage.filterColumns.bind(storage) as (target: unknown) => typeof storage.columns;

  storage.filterColumns = (target: unknown) => {
    const columns = filterColumns(target);
    // The entity's own class first, then its ancestors.
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
    if (!extendsBase(target, base)) return uniques;
    // The base class's unique index would also cover the rows that the host's index leaves out.
    const isReplaced = (columns: unknown) =>
      storage.indices.some((each) => isPartialKey(each, columns, target));
    return oncePerName(uniques).filter((each) => each.target !== base || !isReplaced(each.columns));
  };

  storage.filterIndices = (target: unknown) => {
    const indices = filterIndices(target);
    if (!extendsBase(target, base)) return indices;
    // Without the relation, TypeORM would complain about the index before the boot checks can name what is
    // missing.
    const isLeft = ({ columns }: { columns?: unknown }) =>
      String(columns) !== hostDeclares || isDeclared(target as unknown[], hostDeclares);
    return oncePerName(indices).filter(isLeft);
  };

  const isPartialKey = (
    { unique, where, columns, target }: (typeof storage.indices)[number],
    replaced: unknown,
    tree: unknown,
  ) => unique && where && String(columns) === String(replaced) && (tree as unknown[]).includes(target);

  const isDeclared = (tree: unknown[], property: string) =>
    [...storage.relations, ...storage.columns].some(
      (each) => each.propertyName === property && tree.includes(each.target),
    );
}

const extendsBase = (target: unknown, base: object): boolean =>
  Array.isArray(target) && target.includes(base);

function oncePerName<Declared extends { name?: string; columns?: unknown; unique?: boolean }>(
  declared: Declared[],
): Declared[] {
  const named = declared.map(
    (each) => [`${String(each.name ?? each.columns)} ${each.unique}`, each] as const,
  );
  return [...new Map(named).values()];
}
