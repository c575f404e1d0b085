import { Controller, Get, UseGuards } from '@nestjs/common';
import { Authenticated, CurrentUser } from 'nestjs-users';
import { User } from './user.entity.js';

/** A route for everybody who is logged in. */
@Controller('greeting')
@UseGuards(Authenticated())
export class GreetingController {
  @Get()
  greet(@CurrentUser() user: User) {
    return { greeting: `Hello, ${user.fullName ?? user.email}!` };
  }
}
