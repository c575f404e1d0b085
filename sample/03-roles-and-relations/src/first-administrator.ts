import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import {
  InvalidIdentifierError,
  RoleNotFoundError,
  RolesService,
  UserAlreadyExistsError,
  UsersError,
} from 'nestjs-users';
import { DataSource } from 'typeorm';
import type { Configuration } from './configuration.js';
import { Role } from './users/role.entity.js';
import { User } from './users/user.entity.js';
import { AppUsersService } from './users/users.service.js';

export const ADMINISTRATOR = Symbol('the administrator whom the environment names');

const ROLES = [
  { name: 'administrator', description: 'Decides who may do what' },
  { name: 'clerk', description: 'Ships orders' },
  { name: 'analyst', description: 'Reads reports' },
];

/** Makes the roles that the guards name, and an administrator while there is none. */
@Injectable()
export class FirstAdministrator implements OnApplicationBootstrap {
  constructor(
    private readonly users: AppUsersService,
    private readonly roles: RolesService<Role>,
    private readonly dataSource: DataSource,
    @Inject(ADMINISTRATOR) private readonly administrator: Configuration['administrator'],
  ) {}

  async onApplicationBootstrap() {
    for (const { name, description } of ROLES) await this.findOrAddRole(name, description);

    const { id } = await this.roles.getRoleByName('administrator');
    const hasAdministrator = await this.dataSource.manager.existsBy(User, { isActive: true, roles: { id } });
    if (hasAdministrator) return;

    // Not a superuser: those pass every role guard, and this one is to ship nothing.
    const user = await this.addUser();
    await this.roles.assignRole(user.id, id);
  }

  private async findOrAddRole(name: string, description: string): Promise<Role> {
    try {
      return await this.roles.getRoleByName(name);
    } catch (error) {
      if (!(error instanceof RoleNotFoundError)) throw error;
      return this.roles.addRole({ name, description });
    }
  }

  private async addUser(): Promise<User> {
    const { email, password = randomBytes(15).toString('base64url') } = this.administrator;
    const user = await this.users.addUser({ email, password }, { verify: true }).catch((error: unknown) => {
      throw inOneSentence(error);
    });
    if (this.administrator.password === undefined) {
      console.log(`The first administrator is ${email}, with the password ${password}, shown only now.`);
    }
    return user;
  }
}

function inOneSentence(cause: unknown): unknown {
  // Whoever registered that address would become administrator without having shown that it is theirs.
  if (cause instanceof UserAlreadyExistsError) {
    return new Error('ADMIN_EMAIL has an account that is no administrator: name another.', { cause });
  }
  if (cause instanceof InvalidIdentifierError) {
    return new Error('ADMIN_EMAIL must be an e-mail address.', { cause });
  }
  if (cause instanceof UsersError) {
    return new Error(`ADMIN_PASSWORD cannot be used. ${cause.message}`, { cause });
  }
  return cause;
}
