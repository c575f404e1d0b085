import { Column, Index, PrimaryColumn } from 'typeorm';
import { instant } from '../../common/instant.js';
import { letRedeclarationsWin } from '../../users/redeclared-columns.js';

/** What works once: a state that was used, a code that waits to be. A host's entity extends it and adds nothing. */
export abstract class BaseOneTimeToken {
  /** SHA-256 of the token and its purpose. The token itself is stored nowhere. */
  @PrimaryColumn({ type: 'varchar', length: 64 })
  id!: string;

  /** From then on nobody would accept the token, and the row goes. */
  @Index()
  @Column({ type: 'bigint', transformer: instant })
  expiresAt!: Date;

  /** What the token leads to, as JSON; `null` for one that was used. */
  @Column({ type: 'text', nullable: true })
  content!: string | null;
}

letRedeclarationsWin(BaseOneTimeToken);
