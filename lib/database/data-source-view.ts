import { type DataSource, EntityManager, type ReplicationMode } from 'typeorm';
import { RelationIdLoader } from 'typeorm/query-builder/RelationIdLoader.js';
import { RelationLoader } from 'typeorm/query-builder/RelationLoader.js';

/**
 * A view of the host's data source for this library: nothing is cached, and reads go to `reads`. Repositories,
 * query builders, relation loaders and transactions all ask their data source for the cache and for the server
 * to read from, so the view decides for all of them. An option on one query builder would not be enough,
 * because TypeORM creates further query builders for relations.
 * @param reads default: where the host's own reads go, a replica if there is one
 */
export function viewOf(source: DataSource, reads?: ReplicationMode): DataSource {
  const view = Object.create(source) as DataSource;
  const own = {
    queryResultCache: undefined,
    relationLoader: new RelationLoader(view),
    relationIdLoader: new RelationIdLoader(view),
    ...(reads && { defaultReplicationModeForReads: () => reads }),
    createEntityManager: (runner?: EntityManager['queryRunner']) => new ViewManager(view, runner),
    manager: new ViewManager(view),
  };
  // Defined, not assigned: a setter that the host put on its data source would otherwise receive the library's
  // manager.
  for (const [name, value] of Object.entries(own)) Object.defineProperty(view, name, { value });
  return view;
}

class ViewManager extends EntityManager {
  override transaction: EntityManager['transaction'] = (...given: unknown[]) => {
    const run = given.at(-1) as (manager: EntityManager) => Promise<never>;
    // SQLite has one query runner for all callers, and it holds the manager of the last caller.
    const own = (manager: EntityManager) =>
      run(
        manager.dataSource === this.dataSource
          ? manager
          : new ViewManager(this.dataSource, manager.queryRunner),
      );
    return given.length === 1 ? super.transaction(own) : super.transaction(given[0] as 'SERIALIZABLE', own);
  };
}
