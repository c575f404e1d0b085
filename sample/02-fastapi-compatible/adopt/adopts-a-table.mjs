import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A table that SQLAlchemy made, with hashes as FastAPI Users makes them, after sqlite.sql. */
export async function adoptsATable(file, start) {
  const database = new Database(file);
  database.exec(`CREATE TABLE user (
    email VARCHAR(320) NOT NULL, hashed_password VARCHAR(1024) NOT NULL, is_active BOOLEAN NOT NULL,
    is_superuser BOOLEAN NOT NULL, is_verified BOOLEAN NOT NULL, id CHAR(36) NOT NULL, PRIMARY KEY (id)
  );
  CREATE UNIQUE INDEX ix_user_email ON user (email);`);
  const hashes = {
    'Argon@camelot.bt':
      '$argon2id$v=19$m=65536,t=3,p=4$Rv4nPueCZZJNT/viu8iFeQ$fW7hkiZGa4483ClBbIw59bVcvy2DIFt4qdDG542QD0c',
    'bcrypt@camelot.bt': '$2b$12$XAy0IKj6QvvH41l58whiUO00sEXpFF/PpvLufCwqAwsDspkL5Sgt2',
  };
  const insert = database.prepare('INSERT INTO user VALUES (?, ?, 1, 0, 0, ?)');
  for (const [email, hash] of Object.entries(hashes)) insert.run(email, hash, randomUUID());
  database.exec(readFileSync(new URL('sqlite.sql', import.meta.url), 'utf8'));
  const schema = () => database.prepare('SELECT sql FROM sqlite_master ORDER BY name').all();
  const before = schema();

  for (const round of [1, 2]) {
    const { app, client } = await start({ DATABASE_URL: `sqlite:${file}` });
    for (const email of Object.keys(hashes)) await client.login(email, 'guinevere');
    const json = { email: `new-${round}@camelot.bt`, password: 'guinevere' };
    await client.call('POST /auth/register', '201', { json });
    await app.stop();
  }
  assert.deepEqual(schema(), before, 'The start changed a table that was there.');
  database.close();
}
