import { UuidOAuthAccount, UuidUser } from 'nestjs-users';
import { readFileSync } from 'node:fs';
import { CreateDateColumn, DataSource, Entity, ManyToOne, type Relation, UpdateDateColumn } from 'typeorm';
import { createDatabase, type Database, databasesUnderTest } from '../support/databases.js';
import { User } from '../support/users.js';

/** The tables as they were made before instants were numbers. */
function formerEntities() {
  @Entity('users')
  class FormerUser extends UuidUser {
    @CreateDateColumn()
    override createdAt!: Date;

    @UpdateDateColumn()
    override updatedAt!: Date;
  }

  @Entity('oauth_accounts')
  class FormerAccount extends UuidOAuthAccount {
    @CreateDateColumn()
    override createdAt!: Date;

    @ManyToOne(() => FormerUser, { onDelete: 'CASCADE', nullable: false })
    user!: Relation<FormerUser>;
  }
  return [FormerUser, FormerAccount] as const;
}

@Entity('users')
class PresentUser extends UuidUser {}

@Entity('oauth_accounts')
class PresentAccount extends UuidOAuthAccount {
  @ManyToOne(() => PresentUser, { onDelete: 'CASCADE', nullable: false })
  user!: Relation<PresentUser>;
}

/** The page's statements, each database's block after the other. */
function statementsFor(database: Database): string[] {
  const page = readFileSync('docs/migrations.md', 'utf8');
  const [, section = ''] = page.split('### From columns of date and time');
  const [postgres, mariadb, sqlite] = [...section.matchAll(/```sql\n(.+?)```/gs)].map(([, sql]) => sql);
  const script = { postgres, mariadb, sqlite }[database] ?? '';
  return script.split(/;\n/).filter((statement) => statement.trim() !== '');
}

const MADE = { text: '2024-07-09 10:11:12.345', date: new Date('2024-07-09T10:11:12.345Z') };
const CHANGED = { text: '2025-01-02 03:04:05.678', date: new Date('2025-01-02T03:04:05.678Z') };

test.each(databasesUnderTest())('on %s, the page’s statements keep every instant', async (database) => {
  const place = await createDatabase(database);
  const connect = (entities: readonly (typeof User | typeof PresentAccount)[]) =>
    new DataSource({ ...place.options, entities: [...entities] as never }).initialize();
  const [FormerUser, FormerAccount] = formerEntities();
  const former = await connect([FormerUser, FormerAccount] as never);
  await former.synchronize();
  const user = await former.getRepository(FormerUser).save({ email: 'ada@example.com', tokenVersion: 1 });
  const account = { provider: 'acme', accountKey: 'key', accountId: 'ada', user: { id: user.id } };
  await former.getRepository(FormerAccount).save(account);
  const quote = (name: string) => former.driver.escape(name);
  // In one connection, as a migration runs.
  const runner = former.createQueryRunner();
  if ('schema' in place.options) await runner.query(`SET search_path TO ${place.options.schema as string}`);
  const set = (table: string, columns: string) =>
    runner.query(`UPDATE ${quote(table)} SET ${columns.replaceAll('"', database === 'mariadb' ? '`' : '"')}`);
  await set('users', `"createdAt" = '${MADE.text}', "updatedAt" = '${CHANGED.text}'`);
  await set('oauth_accounts', `"createdAt" = '${MADE.text}'`);

  for (const statement of statementsFor(database)) await runner.query(statement);
  const rows = await runner.query(`SELECT * FROM ${quote('users')}`);
  const accounts = await runner.query(`SELECT * FROM ${quote('oauth_accounts')}`);
  expect([rows[0].createdAt, rows[0].updatedAt, accounts[0].createdAt].map(Number)).toEqual(
    [MADE.date, CHANGED.date, MADE.date].map((date) => date.getTime()),
  );
  await runner.release();

  // Nothing is left for `migration:generate` to do.
  const present = database === 'sqlite' ? former : await connect([PresentUser, PresentAccount] as never);
  Object.assign(present.options, { entities: [PresentUser, PresentAccount] });
  await (present as unknown as { buildMetadatas: () => Promise<void> }).buildMetadatas();
  const { upQueries } = await present.driver.createSchemaBuilder().log();
  expect(upQueries.map(({ query }) => query)).toEqual([]);
  const found = await present.getRepository(PresentUser).findOneByOrFail({ email: 'ada@example.com' });
  expect([found.createdAt, found.updatedAt]).toEqual([MADE.date, CHANGED.date]);
  await present.destroy();
  if (present !== former) await former.destroy();
  await place.drop();
});
