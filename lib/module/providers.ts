import type { Provider, Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Authenticated } from '../authentication/authenticated.guard.js';
import { Authenticator } from '../authentication/authenticator.js';
import { HEADERS_OF } from '../authentication/contexts/headers-of.js';
import { OutsideHttp } from '../authentication/contexts/outside-http.js';
import { BackendLogins } from '../authentication/backend-logins.js';
import { GuardTools } from '../authentication/guard-tools.js';
import { LoginService } from '../authentication/login.service.js';
import { Reauthentication } from '../authentication/reauthentication.js';
import type { BaseSession } from '../authentication/sessions/session.entity.js';
import {
  SESSION_ENTITY_REPOSITORY,
  SessionsRepository,
} from '../authentication/sessions/sessions.repository.js';
import { SessionsService } from '../authentication/sessions/sessions.service.js';
import { Authority } from '../authorization/authority.js';
import { ConnectionsService } from '../authorization/connections.service.js';
import { Background } from '../common/background.js';
import { isInjectionToken, type RedisClient, refuseAddress } from '../common/redis.js';
import { databaseProvider, repositoryProvider } from '../database/database.providers.js';
import { addRole } from '../roles/role-filter.js';
import { RoleKeySubscriber } from '../roles/role-key.subscriber.js';
import type { BaseRole } from '../roles/role.entity.js';
import { ROLE_ENTITY_REPOSITORY, RolesRepository } from '../roles/roles.repository.js';
import { RolesService } from '../roles/roles.service.js';
import { AccountChanges } from '../accounts/account-changes.js';
import { Accounts } from '../accounts/accounts.js';
import { Deletion } from '../accounts/deletion.js';
import { EmailChange } from '../accounts/email-change.js';
import { MAILER } from '../accounts/mailer.js';
import { HostMoments } from '../accounts/moments.js';
import { LegacyLogin } from '../accounts/legacy-login.js';
import { PasswordLogin } from '../accounts/password-login.js';
import { PasswordReset } from '../accounts/password-reset.js';
import { Registration } from '../accounts/registration.js';
import { Verification } from '../accounts/verification.js';
import { AccountMails } from '../accounts/account-mails.js';
import { AccountTokens } from '../accounts/account-tokens.js';
import { HookRunner } from '../accounts/hook-runner.js';
import { IDENTIFIERS } from '../users/identifiers.js';
import { IdentifierSubscriber } from '../users/identifier.subscriber.js';
import { Limits } from '../accounts/limits/limits.js';
import { NewPasswords } from '../accounts/passwords/new-passwords.js';
import { Passwords } from '../accounts/passwords/passwords.js';
import { ONGOING_LOGINS } from '../accounts/ongoing-logins.js';
import { ROLE_FILTER } from '../users/pages/page.js';
import { UserInstantsSubscriber } from '../users/user-instants.subscriber.js';
import { UserWriter } from '../accounts/user-writer.js';
import { DEFAULT_DTOS, type ResolvedDtos } from '../features/dtos.js';
import { UserEventsEmitter } from '../accounts/users.events.js';
import { UsersRepository } from '../users/users.repository.js';
import { UsersService } from '../accounts/users.service.js';
import { ACCOUNTS_SETTINGS, type AccountsSettings } from '../accounts/accounts.settings.js';
import { USER_ENTITY_REPOSITORY } from '../users/user.entity.js';
import { AccessRemoval } from '../accounts/access-removal.js';
import type { ResolvedPlan } from './plan.js';
import type { ResolvedSettings } from './settings.js';

export const PLAN = Symbol('nestjs-users: plan');
/** Nest prints this name where `inject` names what no module exports to it. */
export const SETTINGS = Symbol(
  'nestjs-users: settings of the factory; what inject names must come from a module in the option imports',
);

/** The providers of the module, from its plan. The settings come from {@link SETTINGS}. */
export function createProviders(plan: ResolvedPlan): Provider[] {
  return [
    { provide: PLAN, useValue: plan },
    settings(ACCOUNTS_SETTINGS, ({ users }) => users),
    settings(IDENTIFIERS, ({ users }) => users),
    settings(MAILER, ({ mailer }) => mailer),
    ...plan.features.flatMap(({ feature: { key, settingsToken } }) =>
      settingsToken ? [settings(settingsToken, ({ features }) => features[key])] : [],
    ),
    settings(Passwords, ({ users }) => Passwords.create(users.passwords)),
    limitsProvider(plan),
    databaseProvider(ACCOUNTS_SETTINGS),
    repositoryProvider(USER_ENTITY_REPOSITORY, plan.user),
    { provide: ROLE_FILTER, useValue: addRole },
    ...(plan.session ? sessionProviders(plan.session) : []),
    ...(plan.role ? roleProviders(plan.role) : []),
    { provide: UsersService, useClass: plan.service },
    ...(plan.service === UsersService ? [] : [{ provide: plan.service, useExisting: UsersService }]),
    ...dtoProviders(plan.dtos),
    ...[Background, UsersRepository, IdentifierSubscriber, UserInstantsSubscriber],
    ...ACCOUNTS,
    settings(HEADERS_OF, ({ headersOf }) => headersOf),
    ...[Authenticator, OutsideHttp, GuardTools, LoginService, Reauthentication, ConnectionsService],
    ...[BackendLogins, { provide: ONGOING_LOGINS, useExisting: BackendLogins }, Authority],
    // By its own token, so that a test of a host can override the guard of the whole application.
    ...(plan.protectAll ? [Authenticated(), { provide: APP_GUARD, useExisting: Authenticated() }] : []),
    ...plan.featureProviders,
    // Last, so that a host's provider replaces the library's.
    ...plan.providers,
  ];
}

/** The services for accounts. */
const ACCOUNTS: Provider[] = [
  ...[Accounts, HostMoments, HookRunner, UserEventsEmitter],
  ...[Registration, PasswordLogin, LegacyLogin, Verification, EmailChange, PasswordReset],
  ...[AccountChanges, Deletion],
  ...[AccountMails, AccountTokens, UserWriter, NewPasswords, AccessRemoval],
];

/** The providers that every module of the host may inject, and those that guards need there. */
export const createExports = (plan: ResolvedPlan) => [
  ...[
    UsersService,
    LoginService,
    UsersRepository,
    Authenticator,
    GuardTools,
    ConnectionsService,
    Reauthentication,
    ACCOUNTS_SETTINGS,
  ],
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
  const { limits } = declared();
  const client = limits ? limits.redis : undefined;
  refuseAddress(client, 'limits.redis');
  return {
    provide: Limits,
    inject: [ACCOUNTS_SETTINGS, ...(client !== undefined && isInjectionToken(client) ? [client] : [])],
    useFactory: (users: AccountsSettings, injected?: RedisClient) => new Limits(users, injected),
  };
}

const sessionProviders = (entity: Type<BaseSession>): Provider[] => [
  repositoryProvider(SESSION_ENTITY_REPOSITORY, entity),
  ...[SessionsRepository, SessionsService],
];

const roleProviders = (entity: Type<BaseRole>): Provider[] => [
  repositoryProvider(ROLE_ENTITY_REPOSITORY, entity),
  ...[RolesRepository, RolesService, RoleKeySubscriber],
];

/** Provides each DTO class under its default class. */
const dtoProviders = (dtos: ResolvedDtos): Provider[] =>
  (Object.keys(DEFAULT_DTOS) as (keyof ResolvedDtos)[]).map((name) => ({
    provide: DEFAULT_DTOS[name],
    useValue: dtos[name],
  }));
