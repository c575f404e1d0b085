import type { Provider, Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { getRepositoryToken } from '@nestjs/typeorm';
import { Authenticated } from './authentication/authenticated.guard.js';
import { Authenticator } from './authentication/authenticator.js';
import { Logins } from './authentication/logins.js';
import { Reauthentication } from './authentication/reauthentication.js';
import type { BaseSession } from './authentication/sessions/session.entity.js';
import {
  SESSION_ENTITY_REPOSITORY,
  SessionsRepository,
} from './authentication/sessions/sessions.repository.js';
import { SessionsService } from './authentication/sessions/sessions.service.js';
import { Background } from './common/background.js';
import { isInjectionToken, type RedisClient } from './common/redis.js';
import { FEATURE_SETTINGS } from './features/feature.js';
import { CURRENT_USER_SETTINGS } from './features/current-user/current-user.options.js';
import { USER_MANAGEMENT_SETTINGS } from './features/user-management/user-management.options.js';
import { RoleKeySubscriber } from './roles/role-key.subscriber.js';
import type { BaseRole } from './roles/role.entity.js';
import { ROLE_ENTITY_REPOSITORY, RolesRepository } from './roles/roles.repository.js';
import { RolesService } from './roles/roles.service.js';
import { AccountMails } from './users/account-mails.js';
import { AccountTokens } from './users/account-tokens.js';
import { Credentials } from './users/credentials.js';
import { HookRunner } from './users/hook-runner.js';
import { Limits } from './users/limits/limits.js';
import { NewPasswords } from './users/passwords/new-passwords.js';
import { Passwords } from './users/passwords/passwords.js';
import { Registrations } from './users/registrations.js';
import { UserWriter } from './users/user-writer.js';
import { DEFAULT_DTOS, type ResolvedDtos } from './users/users.dtos.js';
import { UserEventsEmitter } from './users/users.events.js';
import { UsersRepository } from './users/users.repository.js';
import { UsersService } from './users/users.service.js';
import { USER_ENTITY_REPOSITORY, USERS_SETTINGS, type UsersSettings } from './users/users.settings.js';
import { UsersTools } from './users/users.tools.js';
import type { ResolvedPlan } from './users.plan.js';
import type { ResolvedSettings } from './users.settings.js';

export const PLAN = Symbol('nestjs-users: plan');
export const SETTINGS = Symbol('nestjs-users: settings');

/** The providers of one module, from its plan; the settings come from {@link SETTINGS}. */
export function createProviders(plan: ResolvedPlan): Provider[] {
  return [
    { provide: PLAN, useValue: plan },
    settings(USERS_SETTINGS, ({ users }) => users),
    settings(CURRENT_USER_SETTINGS, ({ currentUser }) => currentUser),
    settings(USER_MANAGEMENT_SETTINGS, ({ userManagement }) => userManagement),
    settings(FEATURE_SETTINGS, ({ features }) => features),
    settings(Passwords, ({ users }) => Passwords.create(users.passwords)),
    limitsProvider(plan),
    { provide: USER_ENTITY_REPOSITORY, useExisting: getRepositoryToken(plan.user, plan.dataSource) },
    ...(plan.session ? sessionProviders(plan.session, plan.dataSource) : []),
    ...(plan.role ? roleProviders(plan.role, plan.dataSource) : []),
    { provide: UsersService, useClass: plan.service },
    ...(plan.service === UsersService ? [] : [{ provide: plan.service, useExisting: UsersService }]),
    ...dtoProviders(plan.dtos),
    ...[Background, HookRunner, UserEventsEmitter, UsersRepository, UserWriter, AccountMails, AccountTokens],
    Registrations,
    ...[Credentials, NewPasswords, UsersTools, Authenticator, Logins, Reauthentication],
    ...(plan.protectAll ? [{ provide: APP_GUARD, useClass: Authenticated() }] : []),
    ...plan.featureProviders,
    // Last, so that a host's provider takes the place of ours.
    ...plan.providers,
  ];
}

/** What every module of the host may inject, and what the guards need there. */
export const createExports = (plan: ResolvedPlan) => [
  ...[UsersService, UsersRepository, Authenticator, Reauthentication, USERS_SETTINGS],
  ...(plan.service === UsersService ? [] : [plan.service]),
  ...(plan.session ? [SessionsService] : []),
  ...(plan.role ? [RolesService, RolesRepository] : []),
  ...plan.featureExports,
  ...Object.values(DEFAULT_DTOS),
];

function settings(
  token: symbol | typeof Passwords,
  select: (settings: ResolvedSettings) => unknown,
): Provider {
  return { provide: token, inject: [SETTINGS], useFactory: select };
}

function limitsProvider({ declared }: ResolvedPlan): Provider {
  const store = declared.limits ? declared.limits.store : undefined;
  return {
    provide: Limits,
    inject: [USERS_SETTINGS, ...(store !== undefined && isInjectionToken(store) ? [store] : [])],
    useFactory: (users: UsersSettings, injected?: RedisClient) => new Limits(users, injected),
  };
}

const sessionProviders = (entity: Type<BaseSession>, dataSource: string | undefined): Provider[] => [
  { provide: SESSION_ENTITY_REPOSITORY, useExisting: getRepositoryToken(entity, dataSource) },
  ...[SessionsRepository, SessionsService],
];

const roleProviders = (entity: Type<BaseRole>, dataSource: string | undefined): Provider[] => [
  { provide: ROLE_ENTITY_REPOSITORY, useExisting: getRepositoryToken(entity, dataSource) },
  ...[RolesRepository, RolesService, RoleKeySubscriber],
];

/** Each default class stands for the class that takes its place. */
const dtoProviders = (dtos: ResolvedDtos): Provider[] =>
  (Object.keys(DEFAULT_DTOS) as (keyof ResolvedDtos)[]).map((name) => ({
    provide: DEFAULT_DTOS[name],
    useValue: dtos[name],
  }));
