import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash } from '@node-rs/argon2';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { createDatabase, type Database, type TestDatabase } from './databases.js';
import { type Adapter, PASSWORD } from './host.js';
import { MemberOAuthAccount, OneTimeToken } from './oauth2-entities.js';
import { type OwnProcess, type ProcessOptions, startProcess } from './processes.js';
import { Member, MemberSession, Role } from './users.js';

const ENTITIES = [Member, MemberSession, Role, MemberOAuthAccount, OneTimeToken];

/** A database that outlives the processes that use it: SQLite's in memory does not. */
export async function lastingDatabase(database: Database): Promise<TestDatabase> {
  if (database !== 'sqlite') return createDatabase(database);
  const folder = await mkdtemp(join(tmpdir(), 'lasting-'));
  return {
    options: { type: 'better-sqlite3', database: join(folder, 'app.sqlite') },
    drop: () => rm(folder, { recursive: true }),
  };
}

/** The tables of an application with every feature, and a look at them from outside. */
export class WholePlace {
  private constructor(
    readonly source: DataSource,
    private readonly options: DataSourceOptions,
    private readonly drop: () => Promise<void>,
  ) {}

  static async create({ options, drop }: TestDatabase): Promise<WholePlace> {
    const source = new DataSource({ ...options, entities: ENTITIES, synchronize: true });
    return new WholePlace(await source.initialize(), options, drop);
  }

  /** Starts an application with every feature here. */
  start(adapter: Adapter, more: Partial<ProcessOptions> = {}): Promise<OwnProcess> {
    const { options: database } = this;
    return startProcess({ adapter, database, timeZone: 'UTC', keepsSessions: true, isWhole: true, ...more });
  }

  /** Members who log in by `PASSWORD`, without asking the application. */
  async addMembers(emails: readonly string[], fields: Partial<Member> = {}): Promise<Member[]> {
    const passwordHash = await hash(PASSWORD, { algorithm: 2, memoryCost: 64, timeCost: 1, parallelism: 1 });
    const members = this.source.getRepository(Member);
    const own = { passwordHash, tokenVersion: 7, isVerified: true, isActive: true, isSuperuser: false };
    return members.save(emails.map((email) => members.create({ ...own, email, ...fields })));
  }

  async close(): Promise<void> {
    await this.source.destroy();
    await this.drop();
  }
}
