import { randomInt } from 'node:crypto';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UuidUser } from 'nestjs-users';
import { type DataSourceOptions, Entity } from 'typeorm';

export const EMAIL = 'ada@example.com';
export const PASSWORD = 'correct horse battery';

/** One table for all applications: what differs is the way to the row. */
@Entity('app_user')
export class User extends UuidUser {}

/** The columns that a row needs where no library fills them in. */
export const ADA = { email: EMAIL, isVerified: true, tokenVersion: randomInt(2 ** 30) };

/** The fields that `UserReadDto` of nestjs-users shows. */
export const shown = ({ id, email, isActive, isSuperuser, isVerified }: User) => ({
  id,
  email,
  isActive,
  isSuperuser,
  isVerified,
});

/** SQLite in memory, or what the environment says. */
const place = JSON.parse(
  process.env['BENCHMARK_DATABASE'] ?? '{ "type": "better-sqlite3", "database": ":memory:" }',
) as DataSourceOptions;

export const database = () => TypeOrmModule.forRoot({ ...place, autoLoadEntities: true, synchronize: true });
