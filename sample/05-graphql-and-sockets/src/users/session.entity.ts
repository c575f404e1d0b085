import { UuidSession } from 'nestjs-users';
import { Entity, ManyToOne, type Relation } from 'typeorm';
import { User } from './user.entity.js';

@Entity('sessions')
export class Session extends UuidSession {
  @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })
  user!: Relation<User>;
}
