import { Injectable } from '@nestjs/common';
import { UsersService } from 'nestjs-users';
import { Outbox } from '../outbox.js';
import type { User } from './user.entity.js';

@Injectable()
export class AppUsersService extends UsersService<User> {
  constructor(private readonly outbox: Outbox) {
    super();
  }

  override sendVerificationToken(user: User, token: string) {
    return this.outbox.send({ kind: 'verification', to: user.email, token });
  }

  override sendPasswordResetToken(user: User, token: string) {
    return this.outbox.send({ kind: 'password-reset', to: user.email, token });
  }
}
