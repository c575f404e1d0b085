import { DriverUtils } from 'typeorm/driver/DriverUtils.js';
import type { EntityMetadata, FindOptionsRelations, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { keysOf } from '../common/option-keys.js';
import type { BaseUser } from './user.entity.js';

/** Relations to load together with a user. */
export interface LoadOptions<User = BaseUser> {
  /**
   * The relations, as TypeORM's `find()` takes them: `{ orders: { items: true } }`.
   * @default none
   */
  relations?: FindOptionsRelations<User>;
  /**
   * `'join'`: one statement with joins. `'query'`: one statement for each relation.
   * @default that of the data source, which is `'join'` unless you set it
   */
  relationLoadStrategy?: 'join' | 'query';
}

type Relations = { [name: string]: boolean | Relations | undefined };

/** Merges two load options. If they differ on a relation, `nearer` wins. */
export function mergeLoadOptions(further: LoadOptions, nearer: LoadOptions): LoadOptions {
  return {
    ...further,
    ...nearer,
    relations: { ...further.relations, ...nearer.relations },
  };
}

/** Load options that load what each of the two loads. */
export function unitedLoad(one: LoadOptions | undefined, other: LoadOptions): LoadOptions {
  return { ...one, ...other, relations: united(one?.relations, other.relations) };
}

function united(one: object = {}, other: object = {}): Relations {
  const all: Relations = { ...one };
  for (const [name, nested] of Object.entries(other as Relations)) {
    const own = all[name];
    if (typeof own !== 'object') all[name] = nested || own;
    else if (typeof nested === 'object') all[name] = united(own, nested);
  }
  return all;
}

/** Whether everything that `wanted` loads is loaded by `load`, too. */
export const coversLoad = (load: LoadOptions | undefined, wanted: LoadOptions): boolean =>
  load === wanted || covers(load?.relations, wanted.relations);

function covers(relations: object = {}, wanted: object = {}): boolean {
  return Object.entries(wanted as Relations).every(([name, nested]) => {
    const own = (relations as Relations)[name];
    if (!nested) return true;
    return own !== undefined && own !== false && (nested === true || covers(Object(own) as object, nested));
  });
}

export const hasRelations = (load: LoadOptions | undefined): load is LoadOptions =>
  Object.values(load?.relations ?? {}).some(Boolean);

/**
 * Adds relations to a SELECT, as `find()` does. The relations must exist; see {@link loadFault}.
 * @param alias the entity's alias in the SELECT
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

const LOAD_KEYS: readonly string[] = keysOf<LoadOptions>({ relations: true, relationLoadStrategy: true });

/** Why these options can't be honoured, in words that follow the name of whatever they stand at. */
export function loadFault(load: LoadOptions, metadata: EntityMetadata): string | undefined {
  const { relations, relationLoadStrategy: strategy } = load;
  const stranger = Object.keys(load).find((key) => !LOAD_KEYS.includes(key));
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
