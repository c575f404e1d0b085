import { Column, Index, PrimaryGeneratedColumn } from 'typeorm';
import { instant } from '../../common/instant.js';
import { letRedeclarationsWin } from '../../users/redeclared-columns.js';
import type { BaseUser } from '../../users/user.entity.js';

/** The columns that every session has. A host's entity extends {@link UuidSession} or {@link IntSession}. */
export abstract class BaseSession {
  abstract id: string | number;

  /**
   * Whose session it is. The host declares it, because only the host knows its user entity:
   * `@ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })`.
   */
  abstract user: BaseUser;

  /** SHA-256 of the token and its backend's name; `null` for a session that a JWT names. The token is stored nowhere. */
  @Column({ type: 'varchar', length: 64, unique: true, nullable: true, select: false })
  tokenHash?: string | null;

  /** The user's `tokenVersion` when the token was made: as soon as it grows, the session is over. */
  @Column({ type: 'integer' })
  tokenVersion!: number;

  /** When the user logged in. */
  @Column({ type: 'bigint', transformer: instant })
  createdAt!: Date;

  /** When the session was last used; at most a minute behind. */
  @Column({ type: 'bigint', transformer: instant })
  lastUsedAt!: Date;

  @Index()
  @Column({ type: 'bigint', transformer: instant })
  expiresAt!: Date;

  /** What the client called itself at login. */
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
