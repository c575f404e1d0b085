import type { DataSource, EntityMetadata } from 'typeorm';
import { Member, Role } from './member.entity.js';

/** As many find the narrow search, and have the rare role, in a table of any size. */
const NARROW = 30;
const RARE = 5;
/** A page of them is full in a table of any size, or the answers would differ in length. */
const FEWEST_SUPERUSERS = 60;

/** What the two databases say differently: the numbers 1 to `:last`, a random id, and a time that many minutes ago. */
const DIALECTS = {
  'better-sqlite3': {
    numbers: (last: number) =>
      `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${last}) SELECT n FROM numbers`,
    id: `lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a' ||
      substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))`,
    minutesAgo: (minutes: string) => `CAST(strftime('%s', 'now') AS integer) * 1000 - (${minutes}) * 60000`,
    // A host has none there: SQLite gathers statistics for whoever asks.
    gatherStatistics: undefined,
  },
  postgres: {
    numbers: (last: number) => `SELECT n FROM generate_series(1::bigint, ${last}) n`,
    id: 'gen_random_uuid()',
    minutesAgo: (minutes: string) => `floor(extract(epoch FROM now()) * 1000) - (${minutes}) * 60000`,
    // VACUUM as well, which would otherwise begin by itself between two requests.
    gatherStatistics: 'VACUUM ANALYZE',
  },
};

/** Fills the table with so many users, who have no passwords, and gives half of them a role and five another. */
export async function addMembers(source: DataSource, count: number): Promise<void> {
  const member = source.getMetadata(Member);
  const junction = member.findRelationWithPropertyPath('roles')?.junctionEntityMetadata as EntityMetadata;
  const dialect = DIALECTS[source.options.type as keyof typeof DIALECTS];
  await dropIndexes(source, [member, junction]);
  await source.query(insertMembers(nameOf(member), dialect, count));

  const [common, rare] = await source.getRepository(Role).save([{ name: 'common' }, { name: 'rare' }]);
  const [user, role] = [junction.ownerColumns[0], junction.inverseColumns[0]].map(
    ({ databaseName }) => `"${databaseName}"`,
  );
  const give = ({ id }: Role, to: string) =>
    source.query(
      `INSERT INTO ${nameOf(junction)} (${user}, ${role}) SELECT id, '${id}' FROM ${nameOf(member)} WHERE ${to}`,
    );
  await give(common, `"tokenVersion" % 2 = 0`);
  await give(rare, `"tokenVersion" % ${Math.ceil(count / RARE)} = 7`);

  await source.synchronize();
  if (dialect.gatherStatistics) await source.query(dialect.gatherStatistics);
}

/**
 * 5 % are inactive, 20 % unverified, 0.1 % superusers; four are of one minute. The version of their tokens is their
 * number, and their addresses are in no order.
 */
function insertMembers(table: string, dialect: (typeof DIALECTS)[keyof typeof DIALECTS], count: number) {
  const superusers = Math.max(FEWEST_SUPERUSERS, count / 1000);
  return `INSERT INTO ${table}
      (id, email, "isActive", "isVerified", "isSuperuser", "tokenVersion", "createdAt", "updatedAt")
    SELECT ${dialect.id},
      CASE WHEN n % ${Math.floor(count / NARROW)} = 3 THEN 'zoe'
        WHEN n % 10 < 8 THEN 'anna' WHEN n % 10 = 8 THEN 'bert' ELSE 'carla' END
        || '.' || (n * 7919 % 1000003) || '@example.com',
      n % 20 <> 1, n % 5 <> 2, n % ${Math.floor(count / superusers)} = 4, n,
      ${dialect.minutesAgo('n / 4')}, ${dialect.minutesAgo('n / 4')}
    FROM (${dialect.numbers(count)}) numbered`;
}

/** A million entries in no order are sorted faster than they are added one by one; `synchronize()` makes them again. */
async function dropIndexes(source: DataSource, tables: EntityMetadata[]): Promise<void> {
  for (const { indices, schema } of tables) {
    const prefix = schema ? `"${schema}".` : '';
    for (const { name } of indices) await source.query(`DROP INDEX ${prefix}"${name}"`);
  }
}

const nameOf = ({ tablePath }: EntityMetadata) =>
  tablePath
    .split('.')
    .map((part) => `"${part}"`)
    .join('.');
