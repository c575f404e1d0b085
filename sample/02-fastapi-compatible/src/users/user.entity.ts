import { UuidUser } from 'nestjs-users';
import { Column, Entity } from 'typeorm';

/** The table that FastAPI Users makes through SQLAlchemy, and three columns more. */
@Entity('user')
export class User extends UuidUser {
  @Column({ name: 'hashed_password', type: 'varchar', length: 1024, nullable: true, select: false })
  override passwordHash?: string | null;

  @Column({ name: 'is_active', type: 'boolean', default: true })
  override isActive!: boolean;

  @Column({ name: 'is_superuser', type: 'boolean', default: false })
  override isSuperuser!: boolean;

  @Column({ name: 'is_verified', type: 'boolean', default: false })
  override isVerified!: boolean;
}
