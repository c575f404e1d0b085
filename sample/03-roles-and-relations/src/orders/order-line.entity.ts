import { Column, Entity, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import type { Order } from './order.entity.js';

@Entity('order_lines')
export class OrderLine {
  @PrimaryGeneratedColumn()
  id!: number;

  @ManyToOne('Order', 'lines', { onDelete: 'CASCADE', nullable: false })
  order!: Relation<Order>;

  @Column({ type: 'varchar', length: 50 })
  product!: string;

  @Column({ type: 'integer' })
  quantity!: number;

  /** As it was on the day of the order. */
  @Column({ type: 'integer' })
  unitPriceCents!: number;
}
