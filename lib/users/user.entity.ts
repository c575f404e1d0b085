import { Column, CreateDateColumn, Index, PrimaryGeneratedColumn, UpdateDateColumn } from 'typeorm';
import { letRedeclarationsWin } from './redeclared-columns.js';

/** A UUID, or a positive integer. */
export type UserId = string | number;

// A list of users goes by one of two orders, all of them or those of a flag: each out of an index, from any place on.
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

  /** Stored normalised; see `normalizeIdentifier`. */
  @Column({ type: 'varchar', length: 320, unique: true })
  email!: string;

  /** A hash in PHC or modular crypt format; `null` where the user has no password. Selected for authentication only. */
  @Column({ type: 'varchar', length: 255, nullable: true, select: false })
  passwordHash?: string | null;

  /** An inactive user can do nothing at all. */
  @Column({ type: 'boolean', default: true })
  isActive!: boolean;

  /** The user has shown that they read the mail of `email`. */
  @Column({ type: 'boolean', default: false })
  isVerified!: boolean;

  @Column({ type: 'boolean', default: false })
  isSuperuser!: boolean;

  /** Every token carries it and dies when it grows. It starts at a random number, so a reused id revives nothing. */
  @Column({ type: 'integer' })
  tokenVersion!: number;

  @CreateDateColumn()
  createdAt!: Date;

  @UpdateDateColumn()
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
