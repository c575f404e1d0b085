import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { MailModule } from '../mail/mail.module.js';
import { OrderLine } from '../orders/order-line.entity.js';
import { Order } from '../orders/order.entity.js';
import { BackOfficeController } from './back-office.controller.js';
import { BackOfficeService } from './back-office.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Order, OrderLine]), MailModule],
  controllers: [BackOfficeController],
  providers: [BackOfficeService],
})
export class BackOfficeModule {}
