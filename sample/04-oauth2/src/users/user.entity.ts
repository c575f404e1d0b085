import { UuidUser } from 'nestjs-users';
import { Column, Entity } from 'typeorm';

@Entity('users')
export class User extends UuidUser {
  @Column({ type: 'varchar', length: 100, nullable: true })
  fullName!: string | null;
}
