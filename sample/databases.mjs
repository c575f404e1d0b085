// Empty databases for smoke tests, on the servers that TEST_DATABASES names: sqlite,postgres,mariadb.
import { randomUUID } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';

const { TEST_DATABASES = 'sqlite', TEST_POSTGRES_URL, TEST_MARIADB_URL } = process.env;

const SERVERS = {
  postgres: {
    url: TEST_POSTGRES_URL ?? 'postgres://root@127.0.0.1:5432/test',
    async run(url, statement) {
      const client = new Client(url);
      await client.connect();
      try {
        return (await client.query(statement)).rows;
      } finally {
        await client.end();
      }
    },
  },
  mariadb: {
    url: TEST_MARIADB_URL ?? 'mysql://root@127.0.0.1:3306/test',
    async run(url, statement) {
      const connection = await createConnection({ uri: url, multipleStatements: true });
      try {
        return (await connection.query(statement))[0];
      } finally {
        await connection.end();
      }
    },
  },
};

/** The servers that are there, beside SQLite, which needs none. */
export const servers = Object.keys(SERVERS).filter((name) => TEST_DATABASES.split(',').includes(name));

/** Calls `use` with the address of an empty database on this server, which is dropped in the end, and a function that runs SQL in it. */
export async function withDatabase(server, use) {
  const { url, run } = SERVERS[server];
  const name = `sample_${randomUUID().replaceAll('-', '')}`;
  const own = Object.assign(new URL(url), { pathname: `/${name}` }).href;
  await run(url, `CREATE DATABASE ${name}`);
  try {
    await use(own, (statement) => run(own, statement));
  } finally {
    await run(url, `DROP DATABASE ${name}`);
  }
}
