import { Injectable } from '@nestjs/common';
import { UsersService } from 'nestjs-users';
import type { User } from './user.entity.js';

/** Hooks go here; the mailer sends the mails. */
@Injectable()
export class AppUsersService extends UsersService<User> {}
