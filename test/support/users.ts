import { Column, Entity, JoinTable, ManyToMany, ManyToOne, type Relation } from 'typeorm';
import { IntRole, IntSession, IntUser, UuidRole, UuidSession, UuidUser } from 'nestjs-users';

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

@Entity('app_role')
export class Role extends UuidRole {}

/** A user who can have roles. */
@Entity('app_member')
export class Member extends UuidUser {
  @ManyToMany(() => Role)
  @JoinTable({ name: 'app_member_role' })
  roles!: Relation<Role[]>;
}

@Entity('app_member_session')
export class MemberSession extends UuidSession {
  @ManyToOne(() => Member, { onDelete: 'CASCADE', nullable: false })
  user!: Relation<Member>;
}

@Entity('app_int_role')
export class NumberedRole extends IntRole {}

@Entity('app_int_member')
export class NumberedMember extends IntUser {
  @ManyToMany(() => NumberedRole)
  @JoinTable({ name: 'app_int_member_role' })
  roles!: Relation<NumberedRole[]>;
}
