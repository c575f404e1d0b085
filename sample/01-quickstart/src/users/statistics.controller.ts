import { Controller, Get, UseGuards } from '@nestjs/common';
import { Superuser } from 'nestjs-users';
import { AppUsersService } from './users.service.js';

/** A route for superusers alone. */
@Controller('statistics')
@UseGuards(Superuser())
export class StatisticsController {
  constructor(private readonly users: AppUsersService) {}

  @Get()
  async read() {
    const [, verified] = await this.users.listAndCountUsers({ isVerified: true, limit: 1 });
    const [, unverified] = await this.users.listAndCountUsers({ isVerified: false, limit: 1 });
    return { verified, unverified };
  }
}
