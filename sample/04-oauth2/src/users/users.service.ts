import { Injectable } from '@nestjs/common';
import { UsersService } from 'nestjs-users';
import { Mailer } from '../mail/mailer.js';
import type { User } from './user.entity.js';

@Injectable()
export class AppUsersService extends UsersService<User> {
  constructor(private readonly mailer: Mailer) {
    super();
  }

  override sendVerificationToken(user: User, token: string) {
    this.mailer.send(user.email, 'Confirm your e-mail address', '/auth/verify', { token });
  }

  override sendPasswordResetToken(user: User, token: string) {
    const body = { token, password: 'choose-a-new-password' };
    this.mailer.send(user.email, 'Set a new password', '/auth/reset-password', body);
  }
}
