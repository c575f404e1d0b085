import { Column, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { User } from '../users/user.entity.js';
import { OrderLine } from './order-line.entity.js';

export type OrderStatus = 'placed' | 'shipped';

@Entity('orders')
export class Order {
  /** People read it out on the telephone, so it can be guessed: nothing may be shown for knowing it. */
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'varchar', length: 20, default: 'placed' })
  status!: OrderStatus;

  /** Orders must be kept, so nothing cascades: deleting a customer who has some answers `409 USER_IN_USE`. */
  @ManyToOne(() => User, (user) => user.orders, { nullable: false })
  user!: Relation<User>;

  @OneToMany(() => OrderLine, (line) => line.order)
  lines!: Relation<OrderLine[]>;
}
