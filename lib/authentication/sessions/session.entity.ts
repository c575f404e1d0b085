import { Column, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { RowId } from '../../database/entity-id.js';
import { instant } from '../../database/instant.js';
import { letRedeclarationsWin } from '../../users/redeclared-columns.js';
import type { BaseUser } from '../../users/user.entity.js';

/** The columns that every session has. A host's entity extends {@link UuidSession} or {@link IntSession}. */
export abstract class BaseSession {
  abstract id: RowId;

  /**
   * The owner of the session. The host declares it, because only the host knows its user entity: `@ManyToOne(()
   * => User, { onDelete: 'CASCADE', nullable: false })`.
   */
  abstract user: BaseUser;

  /**
   * SHA-256 of the token and its backend's name; `null` for a session that a JWT names. The token itself is
   * never stored.
   */
  @Column({ type: 'varchar', length: 64, unique: true, nullable: true, select: false })
  tokenHash?: string | null;

  /** The user's `tokenVersion` when the token was made. The session ends when the user's version is raised. */
  @Column({ type: 'integer' })
  tokenVersion!: number;

  /** When the user logged in. */
  @Column({ type: 'bigint', transformer: instant })
  createdAt!: Date;

  /** When the session was last used, at most a minute late. */
  @Column({ type: 'bigint', transformer: instant })
  lastUsedAt!: Date;

  @Index()
  @Column({ type: 'bigint', transformer: instant })
  expiresAt!: Date;

  /** The client's `User-Agent` at login. */
  @Column({ type: 'varchar', length: 255, nullable: true })
  userAgent!: string | null;

  /** The network address of the login. */
  @Column({ type: 'varchar', length: 45, nullable: true })
  ip!: string | null;
}

letRedeclarationsWin(BaseSession, 'user');

/** A session whose id is a UUID. */
@Index(['user'])
export abstract class UuidSession extends BaseSession {
  @PrimaryGeneratedColumn('uuid')
  id!: string;
}

/** A session whose id is a positive integer. */
@Index(['user'])
export abstract class IntSession extends BaseSession {
  @PrimaryGeneratedColumn('increment')
  id!: number;
}
