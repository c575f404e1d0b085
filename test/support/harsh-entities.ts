import type { Type } from '@nestjs/common';
import { BaseOneTimeToken, IntOAuthAccount, IntRole, IntSession, IntUser } from 'nestjs-users';
import {
  Column,
  DeleteDateColumn,
  Entity,
  JoinTable,
  ManyToMany,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import type { DataSource } from 'typeorm';
import type { Database } from './databases.js';
import * as oauth2 from './oauth2-entities.js';
import * as plain from './users.js';

/** Plain entity to harsh entity. */
export type Counterparts = ReadonlyMap<Type, Type>;

const made = new Map<Database, Counterparts>();

/** What stands on a harsh host for the entities of the tests: other ids, and columns that the library knows nothing of. */
export function harshEntities(database: Database): Counterparts {
  const counterparts = made.get(database) ?? makeEntities(database);
  made.set(database, counterparts);
  return counterparts;
}

function makeEntities(database: Database): Counterparts {
  // SQLite generates ids for INTEGER alone, which has 64 bits there.
  const Id = () =>
    PrimaryGeneratedColumn('increment', database === 'sqlite' ? {} : { type: 'bigint', unsigned: false });
  const Json = () => Column({ type: database === 'sqlite' ? 'simple-json' : 'json', nullable: true });
  const OfUser = (user: () => Type) => ManyToOne(user, { onDelete: 'CASCADE', nullable: false });

  class Address {
    @Column({ type: 'varchar', length: 100, nullable: true })
    street?: string | null;

    @Column({ type: 'varchar', length: 20, nullable: true })
    postCode?: string | null;
  }

  abstract class HarshUser extends IntUser {
    @Id()
    override id!: number;

    @Column({ type: 'varchar', length: 100, nullable: true })
    fullName?: string | null;

    @Column(() => Address)
    homeAddress?: Address;

    @Json()
    settings?: unknown;

    @DeleteDateColumn()
    deletedAt?: Date | null;
  }

  @Entity('app_user')
  class User extends HarshUser {}

  @Entity('app_session')
  class Session extends IntSession {
    @Id()
    override id!: number;

    @OfUser(() => User)
    user!: Relation<User>;
  }

  @Entity('app_role')
  class Role extends IntRole {
    @Id()
    override id!: number;

    @Json()
    settings?: unknown;

    @DeleteDateColumn()
    deletedAt?: Date | null;
  }

  @Entity('app_member')
  class Member extends HarshUser {
    @ManyToMany(() => Role)
    @JoinTable({ name: 'app_member_role' })
    roles!: Relation<Role[]>;
  }

  @Entity('app_member_session')
  class MemberSession extends IntSession {
    @Id()
    override id!: number;

    @OfUser(() => Member)
    user!: Relation<Member>;
  }

  @Entity('app_oauth_account')
  class OAuthAccount extends IntOAuthAccount {
    @Id()
    override id!: number;

    @OfUser(() => User)
    user!: Relation<User>;
  }

  @Entity('app_member_oauth_account')
  class MemberOAuthAccount extends IntOAuthAccount {
    @Id()
    override id!: number;

    @OfUser(() => Member)
    user!: Relation<Member>;
  }

  @Entity('app_one_time_token')
  class OneTimeToken extends BaseOneTimeToken {}

  return new Map<Type, Type>([
    [plain.User, User],
    [plain.Session, Session],
    [plain.Role, Role],
    [plain.Member, Member],
    [plain.MemberSession, MemberSession],
    [oauth2.OAuthAccount, OAuthAccount],
    [oauth2.MemberOAuthAccount, MemberOAuthAccount],
    [oauth2.OneTimeToken, OneTimeToken],
  ]);
}

/** The library knows integers of 32 bits, and of 64 where the column says so. */
const FIRST_ID = { 'better-sqlite3': 1_000_001, other: 5_000_000_001 };

/**
 * Ids go on where those of older rows ended, so that no small number is anybody's.
 * @param first the id of the next row
 */
export async function startIdsHigh(
  source: DataSource,
  entities: Type[],
  first: number | bigint = FIRST_ID[source.options.type === 'better-sqlite3' ? 'better-sqlite3' : 'other'],
): Promise<void> {
  const tables = source.entityMetadatas.filter(
    ({ target, generatedColumns }) =>
      entities.includes(target as Type) &&
      generatedColumns.some(({ generationStrategy }) => generationStrategy !== 'uuid'),
  );
  const escaped = (path: string) =>
    path
      .split('.')
      .map((part) => source.driver.escape(part))
      .join('.');
  const { type } = source.options;
  for (const { tablePath } of tables) {
    if (type === 'better-sqlite3') {
      // A table that was made again for its foreign keys has a row there already.
      await source.query(`DELETE FROM sqlite_sequence WHERE name = '${tablePath}'`);
      await source.query(
        `INSERT INTO sqlite_sequence (name, seq) VALUES ('${tablePath}', ${BigInt(first) - 1n})`,
      );
    } else if (type === 'postgres')
      await source.query(
        `SELECT setval(pg_get_serial_sequence('${escaped(tablePath)}', 'id'), ${first}, false)`,
      );
    else await source.query(`ALTER TABLE ${escaped(tablePath)} AUTO_INCREMENT = ${first}`);
  }
}
