import { DataSource, type EntityManager } from 'typeorm';
import { viewOf } from '../../lib/database/data-source-view.js';

test('a host that wraps the manager of its data source, as libraries for transactions do, keeps its own', () => {
  const source = new DataSource({ type: 'better-sqlite3', database: ':memory:' });
  let { manager } = source;
  const own = manager;
  Object.defineProperty(source, 'manager', {
    get: () => manager,
    set(given: EntityManager) {
      manager = given;
    },
  });
  const view = viewOf(source, 'master');
  expect(source.manager).toBe(own);
  expect(view.manager).not.toBe(own);
  expect(view.createQueryRunner().manager.dataSource).toBe(view);
});
