import { UuidUser } from 'nestjs-users';
import { Entity, JoinTable, ManyToMany, OneToMany, type Relation } from 'typeorm';
import type { Order } from '../orders/order.entity.js';
import { Role } from './role.entity.js';

@Entity('users')
export class User extends UuidUser {
  @ManyToMany(() => Role)
  @JoinTable({ name: 'users_roles' })
  roles!: Relation<Role[]>;

  /** By its name: as a class, the two files would import each other. */
  @OneToMany('Order', 'user')
  orders!: Relation<Order[]>;
}
