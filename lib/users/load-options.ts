import { DriverUtils } from 'typeorm/driver/DriverUtils.js';
import type { EntityMetadata, FindOptionsRelations, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import type { BaseUser } from './user.entity.js';

/** Relations to load together with a user. */
export interface LoadOptions<User = BaseUser> {
  /** As TypeORM's `find()` takes them: `{ orders: { items: true } }`. */
  relations?: FindOptionsRelations<User>;
  /** One statement with joins, or a statement a relation. Default: the data source's own, which is `join`. */
  relationLoadStrategy?: 'join' | 'query';
}

type Relations = { [name: string]: boolean | Relations | undefined };

/** What both ask for; where they differ on a relation, `nearer` wins. */
export function mergeLoadOptions(further: LoadOptions, nearer: LoadOptions): LoadOptions {
  return {
    ...further,
    ...nearer,
    relations: { ...further.relations, ...nearer.relations },
  };
}

export const hasRelations = (load: LoadOptions | undefined): load is LoadOptions =>
  Object.values(load?.relations ?? {}).some(Boolean);

/**
 * Adds the relations of `metadata` to a SELECT, as `find()` does. Names are known to exist: see {@link loadFault}.
 * @param alias of the entity in the SELECT
 */
export function joinRelations<Entity extends ObjectLiteral>(
  builder: SelectQueryBuilder<Entity>,
  alias: string,
  metadata: EntityMetadata,
  relations: object = {},
): void {
  for (const [name, nested] of Object.entries(relations as Relations)) {
    if (!nested) continue;
    const { driver } = builder.dataSource;
    const joined = DriverUtils.buildAlias(driver, { joiner: '_' }, alias, name);
    builder.leftJoinAndSelect(`${alias}.${name}`, joined);
    const target = metadata.findRelationWithPropertyPath(name)?.inverseEntityMetadata;
    if (target && typeof nested === 'object') joinRelations(builder, joined, target, nested);
  }
}

/** Why these options can't be honoured, in words that follow the name of whatever they stand at. */
export function loadFault(load: LoadOptions, metadata: EntityMetadata): string | undefined {
  const { relations, relationLoadStrategy: strategy, ...others } = load;
  const [stranger] = Object.keys(others);
  if (stranger !== undefined) return `takes relations and relationLoadStrategy, not ${stranger}`;
  if (strategy !== undefined && strategy !== 'join' && strategy !== 'query') {
    return "takes the relationLoadStrategy 'join' or 'query'";
  }
  if (Array.isArray(relations)) {
    const example = relations.map((name) => `${String(name)}: true`).join(', ');
    return `lists its relations in an array, which TypeORM 1 removed; write { relations: { ${example} } }`;
  }
  return relations === undefined ? undefined : relationFault(relations, metadata);
}

function relationFault(relations: object, metadata: EntityMetadata): string | undefined {
  if (typeof relations !== 'object' || relations === null) return 'takes relations as an object';
  for (const [name, nested] of Object.entries(relations as Relations)) {
    const relation = metadata.findRelationWithPropertyPath(name);
    if (!relation) {
      const known = metadata.relations.map(({ propertyName }) => propertyName).join(', ') || 'none';
      return `names the relation ${name}, which ${metadata.name} does not have (it has ${known})`;
    }
    const isNested = typeof nested === 'object' && nested !== null;
    if (!isNested && typeof nested !== 'boolean') return `takes true or an object for the relation ${name}`;
    const fault = isNested ? relationFault(nested, relation.inverseEntityMetadata) : undefined;
    if (fault !== undefined) return fault;
  }
  return undefined;
}
