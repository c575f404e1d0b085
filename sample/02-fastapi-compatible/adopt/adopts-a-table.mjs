import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

const HASHES = {
  'Argon@camelot.bt':
    '$argon2id$v=19$m=65536,t=3,p=4$Rv4nPueCZZJNT/viu8iFeQ$fW7hkiZGa4483ClBbIw59bVcvy2DIFt4qdDG542QD0c',
  'bcrypt@camelot.bt': '$2b$12$XAy0IKj6QvvH41l58whiUO00sEXpFF/PpvLufCwqAwsDspkL5Sgt2',
};
const COLUMNS = 'SELECT column_name, data_type, column_default, is_nullable FROM information_schema.columns';
const ORDER = "table_name = 'user' ORDER BY ordinal_position";

/** What differs between the databases: the script, how a name is quoted, the type of an id, and how a table is described. */
const KINDS = {
  sqlite: {
    ...{ script: 'sqlite.sql', table: '"user"', id: 'CHAR(36)' },
    schema: "SELECT sql FROM sqlite_master WHERE tbl_name = 'user' ORDER BY name",
  },
  postgres: {
    ...{ script: 'postgres.sql', table: '"user"', id: 'UUID' },
    schema: `${COLUMNS} WHERE table_schema = 'public' AND ${ORDER}`,
  },
  mariadb: {
    ...{ script: 'mysql.sql', table: '`user`', id: 'CHAR(36)' },
    schema: `${COLUMNS} WHERE table_schema = database() AND ${ORDER}`,
  },
};

/**
 * A table that SQLAlchemy made, with hashes as FastAPI Users makes them, after the script.
 * @param run runs SQL in the database, and returns the rows of a query
 * @param start starts the application on it
 */
export async function adoptsATable(kind, run, start) {
  const { script, table, id, schema } = KINDS[kind];
  await run(`CREATE TABLE ${table} (
    email VARCHAR(320) NOT NULL, hashed_password VARCHAR(1024) NOT NULL, is_active BOOLEAN NOT NULL,
    is_superuser BOOLEAN NOT NULL, is_verified BOOLEAN NOT NULL, id ${id} NOT NULL, PRIMARY KEY (id)
  );
  CREATE UNIQUE INDEX ix_user_email ON ${table} (email);`);
  for (const [email, hash] of Object.entries(HASHES)) {
    await run(`INSERT INTO ${table} VALUES ('${email}', '${hash}', true, false, false, '${randomUUID()}')`);
  }
  await run(readFileSync(new URL(script, import.meta.url), 'utf8'));
  const before = await run(schema);

  for (const round of [1, 2]) {
    const { app, client } = await start();
    for (const email of Object.keys(HASHES)) await client.login(email, 'guinevere');
    const json = { email: `new-${round}@camelot.bt`, password: 'guinevere' };
    await client.call('POST /auth/register', '201', { json });
    await app.stop();
  }
  assert.deepEqual(await run(schema), before, 'The start changed a table that was there.');
}
