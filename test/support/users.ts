import { Column, Entity, ManyToOne, type Relation } from 'typeorm';
import { IntSession, IntUser, UuidSession, UuidUser } from 'nestjs-users';

/** The user of most tests: a host's entity with a column of its own. */
@Entity('app_user')
export class User extends UuidUser {
  @Column({ type: 'varchar', length: 100, nullable: true })
  fullName?: string | null;
}

@Entity('app_session')
export class Session extends UuidSession {
  @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })
  user!: Relation<User>;
}

@Entity('app_int_user')
export class NumberedUser extends IntUser {}

@Entity('app_int_session')
export class NumberedSession extends IntSession {
  @ManyToOne(() => NumberedUser, { onDelete: 'CASCADE', nullable: false })
  user!: Relation<NumberedUser>;
}
