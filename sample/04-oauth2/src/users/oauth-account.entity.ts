import { UuidOAuthAccount } from 'nestjs-users';
import { Entity, ManyToOne, type Relation } from 'typeorm';
import { User } from './user.entity.js';

/** An account at a provider by which a user logs in. */
@Entity('oauth_accounts')
export class OAuthAccount extends UuidOAuthAccount {
  @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })
  user!: Relation<User>;
}
