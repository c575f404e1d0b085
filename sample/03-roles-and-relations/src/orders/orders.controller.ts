import { Body, Controller, Get, Param, Post, UseGuards } from '@nestjs/common';
import { Authenticated, CurrentUser, UserLoadOptions } from 'nestjs-users';
import { User } from '../users/user.entity.js';
import { OrderIdPipe } from './order-id.pipe.js';
import { viewOf } from './order-view.js';
import { OrderDto } from './orders.dto.js';
import { OrdersService } from './orders.service.js';

/** A customer's own orders, by whatever backend they are logged in. */
@Controller('orders')
@UseGuards(Authenticated())
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  /** The orders come with the user, in the statement that the guard runs anyway. */
  @Get()
  @UserLoadOptions<User>({ relations: { orders: { lines: true } } })
  list(@CurrentUser() user: User) {
    return user.orders.toSorted((one, other) => other.id - one.id).map(viewOf);
  }

  @Get(':id')
  async read(@CurrentUser() user: User, @Param('id', OrderIdPipe) id: number) {
    return viewOf(await this.orders.getOwn(user, id));
  }

  @Post()
  async place(@CurrentUser() user: User, @Body() order: OrderDto) {
    return viewOf(await this.orders.place(user, order));
  }
}
