import { Column, PrimaryGeneratedColumn } from 'typeorm';
import { letRedeclarationsWin } from '../users/redeclared-columns.js';

/** The columns that every role has. A host's entity extends {@link UuidRole} or {@link IntRole}. */
export abstract class BaseRole {
  abstract id: string | number;

  /** As it was given, without blanks around it. Guards compare it without case. */
  @Column({ type: 'varchar', length: 100 })
  name!: string;

  /**
   * SHA-256 of the name in lower case: two roles can't have one name, whatever the database takes for equal. It is
   * written together with the name, by whomever.
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
