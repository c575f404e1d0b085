import { ConflictException, Injectable, NotFoundException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { Mailer } from '../mail/mailer.js';
import { OrderLine } from '../orders/order-line.entity.js';
import { Order } from '../orders/order.entity.js';

const MOST_ORDERS = 100;
const WITH_LINES_AND_USER = { lines: true, user: true };

/** What the staff does with everybody's orders. */
@Injectable()
export class BackOfficeService {
  constructor(
    @InjectRepository(Order) private readonly orders: Repository<Order>,
    @InjectRepository(OrderLine) private readonly lines: Repository<OrderLine>,
    private readonly mailer: Mailer,
  ) {}

  /** The newest orders of all customers. */
  listOrders(): Promise<Order[]> {
    return this.orders.find({ relations: WITH_LINES_AND_USER, order: { id: 'DESC' }, take: MOST_ORDERS });
  }

  /** @throws {NotFoundException}, {ConflictException} if it is shipped already */
  async ship(id: number): Promise<Order> {
    // By condition, so that of two clerks at the same moment one ships.
    const { affected } = await this.orders.update({ id, status: 'placed' }, { status: 'shipped' });
    const order = await this.orders.findOne({ where: { id }, relations: WITH_LINES_AND_USER });
    if (!order) throw new NotFoundException();
    if (affected !== 1) throw new ConflictException('This order is shipped already.');

    this.mailer.send(order.user.email, `Your order ${id} is on its way`, 'Thank you.');
    return order;
  }

  /** How much of each product was ordered. */
  async report() {
    const rows = await this.lines
      .createQueryBuilder('line')
      .select('line.product', 'product')
      .addSelect('SUM(line.quantity)', 'quantity')
      .addSelect('SUM(line.quantity * line.unitPriceCents)', 'turnoverCents')
      .groupBy('line.product')
      .orderBy('line.product')
      .getRawMany<Record<'product' | 'quantity' | 'turnoverCents', string>>();
    // A sum is text to the drivers of PostgreSQL and MySQL, because it may outgrow a number.
    return rows.map(({ product, quantity, turnoverCents }) => ({
      product,
      quantity: Number(quantity),
      turnoverCents: Number(turnoverCents),
    }));
  }
}
