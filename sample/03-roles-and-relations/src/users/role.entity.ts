import { UuidRole } from 'nestjs-users';
import { Entity } from 'typeorm';

@Entity('roles')
export class Role extends UuidRole {}
