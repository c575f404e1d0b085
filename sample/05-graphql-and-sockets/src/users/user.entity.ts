import { UuidUser } from 'nestjs-users';
import { Entity } from 'typeorm';

@Entity('users')
export class User extends UuidUser {}
