import { Column, Index, PrimaryColumn } from 'typeorm';
import { instant } from '../../../database/instant.js';
import { letRedeclarationsWin } from '../../../users/redeclared-columns.js';

/**
 * A single-use token: a used state, or a code that is still valid. A host's entity extends this class and adds
 * nothing.
 */
export abstract class BaseOneTimeToken {
  /** SHA-256 of the token and its purpose. The token itself is never stored. */
  @PrimaryColumn({ type: 'varchar', length: 64 })
  id!: string;

  /** When the token expires. The row is deleted some time later. */
  @Index()
  @Column({ type: 'bigint', transformer: instant })
  expiresAt!: Date;

  /** The data of the token, as JSON; `null` for a used state. */
  @Column({ type: 'text', nullable: true })
  content!: string | null;
}

letRedeclarationsWin(BaseOneTimeToken);
