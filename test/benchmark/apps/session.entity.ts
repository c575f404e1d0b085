import { UuidSession } from 'nestjs-users';
import { Entity, ManyToOne } from 'typeorm';
import { User } from './user.entity.js';

/** The logins of `jwt()` with sessions and of `database()`. */
@Entity('app_session')
export class Session extends UuidSession {
  @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })
  user!: User;
}
