import { Column, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { RowId } from '../../../database/entity-id.js';
import { instant, instantOrNow } from '../../../database/instant.js';
import { letRedeclarationsWin } from '../../../users/redeclared-columns.js';
import type { BaseUser } from '../../../users/user.entity.js';

/**
 * An account at a provider with which a user logs in. A host's entity extends {@link UuidOAuthAccount} or
 * {@link IntOAuthAccount}.
 */
@Index(['provider', 'accountId'])
export abstract class BaseOAuthAccount {
  abstract id: RowId;

  /**
   * The owner of the account. The host declares it, because only the host knows its user entity: `@ManyToOne(()
   * => User, { onDelete: 'CASCADE', nullable: false })`.
   */
  abstract user: BaseUser;

  /** The name of the client of the link or of the last login. */
  @Column({ type: 'varchar', length: 64 })
  provider!: string;

  /**
   * SHA-256 of issuer and subject. It identifies the account, also if the database compares texts
   * case-insensitively.
   */
  @Column({ type: 'varchar', length: 64, unique: true, select: false })
  accountKey?: string;

  /** The subject: the account's id at the provider. */
  @Column({ type: 'varchar', length: 255 })
  accountId!: string;

  /**
   * The last address that the provider sent, normalized; `null` if it cannot be used. Nothing depends on it.
   */
  @Column({ type: 'varchar', length: 320, nullable: true })
  accountEmail!: string | null;

  /** The provider's access token, encrypted. Only stored with `storeTokens`. */
  @Column({ type: 'text', nullable: true, select: false })
  accessToken?: string | null;

  /** The provider's refresh token, encrypted. Only stored with `storeTokens`. */
  @Column({ type: 'text', nullable: true, select: false })
  refreshToken?: string | null;

  /** When the access token expires, if the provider tells it. */
  @Column({ type: 'bigint', nullable: true, transformer: instant, select: false })
  tokenExpiresAt?: Date | null;

  /** When the account was linked. */
  @Column({ type: 'bigint', transformer: instantOrNow })
  createdAt!: Date;
}

letRedeclarationsWin(BaseOAuthAccount, 'user');

/** A linked account whose id is a UUID. */
@Index(['user'])
export abstract class UuidOAuthAccount extends BaseOAuthAccount {
  @PrimaryGeneratedColumn('uuid')
  id!: string;
}

/** A linked account whose id is a positive integer. */
@Index(['user'])
export abstract class IntOAuthAccount extends BaseOAuthAccount {
  @PrimaryGeneratedColumn('increment')
  id!: number;
}
