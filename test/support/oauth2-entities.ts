import { BaseOneTimeToken, IntOAuthAccount, UuidOAuthAccount } from 'nestjs-users';
import { Entity, ManyToOne, type Relation } from 'typeorm';
import { Member, NumberedUser, User } from './users.js';

@Entity('app_oauth_account')
export class OAuthAccount extends UuidOAuthAccount {
  @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })
  user!: Relation<User>;
}

@Entity('app_int_oauth_account')
export class NumberedOAuthAccount extends IntOAuthAccount {
  @ManyToOne(() => NumberedUser, { onDelete: 'CASCADE', nullable: false })
  user!: Relation<NumberedUser>;
}

@Entity('app_member_oauth_account')
export class MemberOAuthAccount extends UuidOAuthAccount {
  @ManyToOne(() => Member, { onDelete: 'CASCADE', nullable: false })
  user!: Relation<Member>;
}

@Entity('app_one_time_token')
export class OneTimeToken extends BaseOneTimeToken {}
