import { UuidOAuthAccount, UuidSession, UuidUser } from 'nestjs-users';
import { DeleteDateColumn, Entity, JoinTable, ManyToMany, ManyToOne, type Relation } from 'typeorm';
import type { HostOptions } from './host.js';
import { MemberOAuthAccount, OneTimeToken } from './oauth2-entities.js';
import type { Profile } from './profiles.js';
import { Member, MemberSession, Role } from './users.js';

/** A plain member whose row stays. */
@Entity('soft_member')
export class SoftMember extends UuidUser {
  @ManyToMany(() => Role)
  @JoinTable({ name: 'soft_member_role' })
  roles!: Relation<Role[]>;

  @DeleteDateColumn()
  deletedAt?: Date | null;
}

@Entity('soft_session')
class SoftSession extends UuidSession {
  @ManyToOne(() => SoftMember, { onDelete: 'CASCADE', nullable: false })
  user!: Relation<SoftMember>;
}

@Entity('soft_oauth_account')
class SoftOAuthAccount extends UuidOAuthAccount {
  @ManyToOne(() => SoftMember, { onDelete: 'CASCADE', nullable: false })
  user!: Relation<SoftMember>;
}

/** A host where the rows of deleted users stay, as those of a harsh one do anyway. */
export const softly = (profile: Profile) =>
  ({
    ...(profile === 'harsh'
      ? { user: Member, session: MemberSession, oauthAccount: MemberOAuthAccount }
      : { user: SoftMember, session: SoftSession, oauthAccount: SoftOAuthAccount }),
    role: Role,
    oneTimeToken: OneTimeToken,
  }) satisfies HostOptions;
