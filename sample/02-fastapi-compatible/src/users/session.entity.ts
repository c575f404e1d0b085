import { UuidSession } from 'nestjs-users';
import { Entity, ManyToOne, type Relation } from 'typeorm';
import { User } from './user.entity.js';

/** A row for each login, so that a logout ends one of them and leaves the user's others, as with FastAPI Users. */
@Entity('session')
export class Session extends UuidSession {
  @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })
  user!: Relation<User>;
}
