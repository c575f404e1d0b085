import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { RoleAlreadyExistsError, RolesService } from 'nestjs-users';
import type { Role } from './users/role.entity.js';

const ROLES = [
  { name: 'administrator', description: 'Decides who may do what' },
  { name: 'clerk', description: 'Ships orders' },
  { name: 'analyst', description: 'Reads reports' },
];

/** Makes the roles that the guards name. */
@Injectable()
export class Roles implements OnApplicationBootstrap {
  constructor(private readonly roles: RolesService<Role>) {}

  async onApplicationBootstrap() {
    for (const role of ROLES) {
      await this.roles.addRole(role).catch((error: unknown) => {
        if (!(error instanceof RoleAlreadyExistsError)) throw error;
      });
    }
  }
}
