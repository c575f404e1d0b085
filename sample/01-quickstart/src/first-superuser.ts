import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { AppUsersService } from './users/users.service.js';

const EMAIL = 'admin@example.com';

/** Somebody must be the first who may do everything: made when there is nobody yet, with a password shown once. */
@Injectable()
export class FirstSuperuser implements OnApplicationBootstrap {
  constructor(private readonly users: AppUsersService) {}

  async onApplicationBootstrap() {
    const [, count] = await this.users.listAndCountUsers({ isSuperuser: true, limit: 1 });
    if (count > 0) return;

    const password = randomBytes(15).toString('base64url');
    await this.users.addUser({ email: EMAIL, password, isSuperuser: true }, { verify: true });
    console.log(`\nThe first superuser is ${EMAIL} with the password ${password} (not shown again).\n`);
  }
}
