import { Column, Index, PrimaryGeneratedColumn } from 'typeorm';
import { instantOrNow } from '../database/instant.js';
import { letRedeclarationsWin } from './redeclared-columns.js';

/** A UUID, or a positive integer: a number, text if it may be large, or the result of a transformer. */
export type UserId = string | number | bigint;

// A list of users has one of two orders, with or without a filter on a flag. Each combination has an index.
/** The columns that every user has. A host's entity extends {@link UuidUser} or {@link IntUser}. */
@Index(['createdAt', 'id'])
@Index(['isActive', 'createdAt', 'id'])
@Index(['isVerified', 'createdAt', 'id'])
@Index(['isSuperuser', 'createdAt', 'id'])
@Index(['isActive', 'email'])
@Index(['isVerified', 'email'])
@Index(['isSuperuser', 'email'])
export abstract class BaseUser {
  abstract id: UserId;

  /** Stored normalized; see `normalizeIdentifier`. */
  @Column({ type: 'varchar', length: 320, unique: true })
  email!: string;

  /**
   * A hash in PHC or modular crypt format; `null` if the user has no password. Only authentication selects it.
   */
  @Column({ type: 'varchar', length: 255, nullable: true, select: false })
  passwordHash?: string | null;

  /** An inactive user cannot log in, and none of the user's sessions or tokens works. */
  @Column({ type: 'boolean', default: true })
  isActive!: boolean;

  /** Whether the user has proved access to the mailbox of `email`. */
  @Column({ type: 'boolean', default: false })
  isVerified!: boolean;

  @Column({ type: 'boolean', default: false })
  isSuperuser!: boolean;

  /**
   * Every token contains it and is invalid after it is raised. It starts at a random number, so that old tokens
   * do not become valid for a new user with a reused id.
   */
  @Column({ type: 'integer' })
  tokenVersion!: number;

  /** When the row was inserted, in milliseconds since 1970. */
  @Column({ type: 'bigint', transformer: instantOrNow })
  createdAt!: Date;

  /** When the row last changed, by this library or by TypeORM in the same process; see `UserInstantsSubscriber`. */
  @Column({ type: 'bigint', transformer: instantOrNow })
  updatedAt!: Date;
}

letRedeclarationsWin(BaseUser);

/** A user whose id is a UUID. */
export abstract class UuidUser extends BaseUser {
  @PrimaryGeneratedColumn('uuid')
  id!: string;
}

/** A user whose id is a positive integer. */
export abstract class IntUser extends BaseUser {
  @PrimaryGeneratedColumn('increment')
  id!: number;
}

/** TypeORM's repository of the host's user entity. */
export const USER_ENTITY_REPOSITORY = Symbol('nestjs-users: repository of the user entity');
