import { Column, CreateDateColumn, Index, PrimaryGeneratedColumn } from 'typeorm';
import { instant } from '../../common/instant.js';
import { letRedeclarationsWin } from '../../users/redeclared-columns.js';
import type { BaseUser } from '../../users/user.entity.js';

/** An account at a provider by which a user logs in. A host's entity extends {@link UuidOAuthAccount} or {@link IntOAuthAccount}. */
export abstract class BaseOAuthAccount {
  abstract id: string | number;

  /**
   * Whose account it is. The host declares it, because only the host knows its user entity:
   * `@ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })`.
   */
  abstract user: BaseUser;

  /** The name of the client by which the account was linked, or by which it last logged in. */
  @Column({ type: 'varchar', length: 64 })
  provider!: string;

  /** SHA-256 of issuer and subject: what decides whose account it is, also where a database compares without case. */
  @Column({ type: 'varchar', length: 64, unique: true, select: false })
  accountKey?: string;

  /** The subject: the account's id at the provider. */
  @Column({ type: 'varchar', length: 255 })
  accountId!: string;

  /** The address that the provider told last, normalised; `null` for none that can be used. It decides nothing. */
  @Column({ type: 'varchar', length: 320, nullable: true })
  accountEmail!: string | null;

  /** The provider's access token, encrypted, with `storeTokens` alone. */
  @Column({ type: 'text', nullable: true, select: false })
  accessToken?: string | null;

  /** The provider's refresh token, encrypted, with `storeTokens` alone. */
  @Column({ type: 'text', nullable: true, select: false })
  refreshToken?: string | null;

  /** When the access token ends, if the provider says so. */
  @Column({ type: 'bigint', nullable: true, transformer: instant, select: false })
  tokenExpiresAt?: Date | null;

  @CreateDateColumn()
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
