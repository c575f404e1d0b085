import { Injectable, NotFoundException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import type { User } from '../users/user.entity.js';
import { CATALOGUE } from './catalogue.js';
import { OrderLine } from './order-line.entity.js';
import { Order } from './order.entity.js';
import type { OrderDto } from './orders.dto.js';

/** What customers do with their own orders. */
@Injectable()
export class OrdersService {
  constructor(
    @InjectRepository(Order) private readonly orders: Repository<Order>,
    @InjectRepository(OrderLine) private readonly lines: Repository<OrderLine>,
  ) {}

  /** @throws {NotFoundException} for another's order as for none: a `403` would tell that it exists */
  async getOwn({ id: userId }: User, id: number): Promise<Order> {
    const order = await this.orders.findOne({
      where: { id, user: { id: userId } },
      relations: { lines: true },
    });
    if (!order) throw new NotFoundException();
    return order;
  }

  /**
   * Two statements without a transaction: on SQLite all requests share one connection, so a rollback would take back
   * what others wrote meanwhile.
   */
  async place(user: User, { lines }: OrderDto): Promise<Order> {
    const priced = lines.map(({ product, quantity }) => ({
      product,
      quantity,
      unitPriceCents: priceOf(product),
    }));
    const order = await this.addEmpty(user);
    try {
      await this.lines.insert(priced.map((line) => Object.assign(line, { order })));
    } catch (error) {
      await this.orders.delete(order.id);
      throw error;
    }
    return this.getOwn(user, order.id);
  }

  private async addEmpty({ id }: User): Promise<Pick<Order, 'id'>> {
    const { identifiers } = await this.orders.insert({ user: { id } });
    return identifiers[0] as Pick<Order, 'id'>;
  }
}

function priceOf(product: string): number {
  const cents = CATALOGUE.get(product);
  if (cents === undefined) throw new NotFoundException(`There is no ${product} in the shop.`);
  return cents;
}
