import { Controller, Get, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { RolesAccepted, RolesRequired } from 'nestjs-users';
import { OrderIdPipe } from '../orders/order-id.pipe.js';
import { viewOf } from '../orders/order-view.js';
import { BackOfficeService } from './back-office.service.js';

/** Each guard authenticates by itself: no `Authenticated()` is needed beside it. */
@Controller('back-office')
export class BackOfficeController {
  constructor(private readonly backOffice: BackOfficeService) {}

  @Get('orders')
  @UseGuards(RolesAccepted('clerk', 'administrator'))
  async list() {
    const orders = await this.backOffice.listOrders();
    return orders.map((order) => Object.assign(viewOf(order), { customer: order.user.email }));
  }

  @Post('orders/:id/ship')
  @HttpCode(200)
  @UseGuards(RolesAccepted('clerk'))
  async ship(@Param('id', OrderIdPipe) id: number) {
    return viewOf(await this.backOffice.ship(id));
  }

  @Get('report')
  @UseGuards(RolesRequired('clerk', 'analyst'))
  report() {
    return this.backOffice.report();
  }
}
