import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { baseUrl } from './configuration.js';
import { AppUsersService } from './users/users.service.js';

/** Makes somebody who may do everything, when there is nobody yet, with a password that is shown once. */
@Injectable()
export class FirstSuperuser implements OnApplicationBootstrap {
  constructor(private readonly users: AppUsersService) {}

  async onApplicationBootstrap() {
    const [, count] = await this.users.listAndCountUsers({ isSuperuser: true, limit: 1 });
    if (count > 0) return;

    const credentials = { email: 'admin@example.com', password: randomBytes(15).toString('base64url') };
    await this.users.addUser({ ...credentials, isSuperuser: true }, { verify: true });
    console.log(`
There was no superuser yet, so here is one. This password is shown only now:

curl ${baseUrl}/auth/jwt/login --json '${JSON.stringify(credentials)}'
`);
  }
}
