import { Injectable } from '@nestjs/common';
import { UsersService } from 'nestjs-users';
import { Mailer } from '../mail/mailer.js';
import type { User } from './user.entity.js';

@Injectable()
export class AppUsersService extends UsersService<User> {
  constructor(private readonly mailer: Mailer) {
    super();
  }

  override sendPasswordResetToken(user: User, token: string) {
    this.mailer.send(user.email, 'Set a new password', `Your token: ${token}`);
  }
}
