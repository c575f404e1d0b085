import { UuidRole, UuidUser } from 'nestjs-users';
import { Entity, JoinTable, ManyToMany, type Relation } from 'typeorm';

@Entity('app_role')
export class Role extends UuidRole {}

/** A user who can have roles. */
@Entity('app_member')
export class Member extends UuidUser {
  @ManyToMany(() => Role)
  @JoinTable({ name: 'app_member_role' })
  roles!: Relation<Role[]>;
}
