import { Column, PrimaryGeneratedColumn } from 'typeorm';
import type { RowId } from '../database/entity-id.js';
import { letRedeclarationsWin } from '../users/redeclared-columns.js';

/** The columns that this library reads and writes for every role. */
export const ROLE_COLUMNS: readonly string[] = ['id', 'name', 'nameKey', 'description'];

/** The columns that every role has. A host's entity extends {@link UuidRole} or {@link IntRole}. */
export abstract class BaseRole {
  abstract id: RowId;

  /** The name as given, trimmed. Guards compare it case-insensitively. */
  @Column({ type: 'varchar', length: 100 })
  name!: string;

  /**
   * SHA-256 of the name in its compared form. It makes names unique, however the database compares texts. It is
   * written together with the name, also if the host saves the role.
   */
  @Column({ type: 'varchar', length: 64, unique: true, select: false })
  nameKey!: string;

  @Column({ type: 'varchar', length: 255, nullable: true })
  description!: string | null;
}

letRedeclarationsWin(BaseRole);

/** A role whose id is a UUID. */
export abstract class UuidRole extends BaseRole {
  @PrimaryGeneratedColumn('uuid')
  id!: string;
}

/** A role whose id is a positive integer. */
export abstract class IntRole extends BaseRole {
  @PrimaryGeneratedColumn('increment')
  id!: number;
}
