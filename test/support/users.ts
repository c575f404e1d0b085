import { Column, Entity } from 'typeorm';
import { IntUser, UuidUser } from 'nestjs-users';

/** The user of most tests: a host's entity with a column of its own. */
@Entity('app_user')
export class User extends UuidUser {
  @Column({ type: 'varchar', length: 100, nullable: true })
  fullName?: string | null;
}

@Entity('app_int_user')
export class NumberedUser extends IntUser {}
