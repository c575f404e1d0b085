import type { InjectionToken } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import type { Repository } from 'typeorm';
import { ACCOUNTS_SETTINGS, type AccountsSettings } from '../accounts/accounts.settings.js';
import { HostMoments } from '../accounts/moments.js';
import { Passwords } from '../accounts/passwords/passwords.js';
import { UserWriter } from '../accounts/user-writer.js';
import { UsersService } from '../accounts/users.service.js';
import { SessionsService } from '../authentication/sessions/sessions.service.js';
import { Database } from '../database/database.js';
import type { ResolvedPlan } from '../module/plan.js';
import { PLAN } from '../module/providers.js';
import { RolesRepository } from '../roles/roles.repository.js';
import { RolesService } from '../roles/roles.service.js';
import { type BaseUser, USER_ENTITY_REPOSITORY } from '../users/user.entity.js';
import { UsersRepository } from '../users/users.repository.js';
import { CommandRefusedError } from './refusal.js';

/** The parts of an application that the commands use, some of which `UsersModule` does not export. */
export class HostAccounts {
  private readonly found = new Map<InjectionToken, unknown>();

  constructor(private readonly modules: ModuleRef) {}

  /** The host's service, which may be request-scoped. */
  service(): Promise<UsersService> {
    return this.modules.resolve(UsersService, undefined, { strict: false });
  }

  get plan(): ResolvedPlan {
    return this.get<ResolvedPlan>(PLAN);
  }

  get repository(): UsersRepository {
    return this.get(UsersRepository);
  }

  /** TypeORM's repository of the user entity, whose statements go to the master and past every cache. */
  get rows(): Repository<BaseUser> {
    return this.get<Repository<BaseUser>>(USER_ENTITY_REPOSITORY);
  }

  get database(): Database {
    return this.get(Database);
  }

  get settings(): AccountsSettings {
    return this.get<AccountsSettings>(ACCOUNTS_SETTINGS);
  }

  get writer(): UserWriter {
    return this.get(UserWriter);
  }

  get passwords(): Passwords {
    return this.get(Passwords);
  }

  get moments(): HostMoments {
    return this.get(HostMoments);
  }

  /** `undefined` if the host has no session entity. */
  get sessions(): SessionsService | undefined {
    return this.plan.session && this.get(SessionsService);
  }

  /** @throws {CommandRefusedError} if the host has no roles */
  get roles(): RolesService {
    this.requireRoles();
    return this.get(RolesService);
  }

  /** @throws {CommandRefusedError} if the host has no roles */
  get rolesRepository(): RolesRepository {
    this.requireRoles();
    return this.get(RolesRepository);
  }

  private requireRoles(): void {
    if (this.plan.role) return;
    throw new CommandRefusedError('This application has no roles: UsersModule has no entities.role.');
  }

  /** Nest looks in all modules each time, and an import asks for each line. */
  private get<T>(token: InjectionToken<T>): T {
    if (!this.found.has(token)) this.found.set(token, this.modules.get<T>(token, { strict: false }));
    return this.found.get(token) as T;
  }
}
