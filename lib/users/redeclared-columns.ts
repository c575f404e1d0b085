import { getMetadataArgsStorage } from 'typeorm';

/**
 * Lets an entity rename a column of `base` by declaring its property again. TypeORM takes the first declaration
 * that it meets, which is the base class's, and says nothing of the other; `unique: true` on both makes two
 * indexes of one name. Entities that do not extend `base` are left to TypeORM alone.
 * @param hostDeclares a property that `base` has an index on, and leaves to the host
 */
export function letRedeclarationsWin(base: object, hostDeclares?: string): void {
  const storage = getMetadataArgsStorage();
  const filterUniques = storage.filterUniques.bind(storage) as (target: unknown) => typeof storage.uniques;
  const filterIndices = storage.filterIndices.bind(storage) as (target: unknown) => typeof storage.indices;
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
    return extendsBase(target, base) ? oncePerName(uniques) : uniques;
  };

  storage.filterIndices = (target: unknown) => {
    const indices = filterIndices(target);
    if (!extendsBase(target, base)) return indices;
    // Without the relation, TypeORM would speak of the index, and the boot checks could not say what is missing.
    const isLeft = ({ columns }: { columns?: unknown }) =>
      String(columns) !== hostDeclares || isDeclared(target as unknown[], hostDeclares);
    return oncePerName(indices).filter(isLeft);
  };

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
