import type { Provider, Type } from '@nestjs/common';
import { getRepositoryToken } from '@nestjs/typeorm';
import type { BackendOptions } from '../../authentication/backend.options.js';
import { ConfigurationError } from '../../common/configuration-error.js';
import { ACCOUNT_LINKS } from '../../users/account-links.js';
import type { BaseUser } from '../../users/user.entity.js';
import { type Feature, FEATURE_SETTINGS, type HostPlan, type OpenFeature } from '../feature.js';
import { createAssociateController } from './associate.controller.js';
import { AssociationService } from './association.service.js';
import { Attempts } from './attempts.js';
import { OAuthClients } from './clients/oauth-clients.js';
import { createOAuthAccountsController } from './oauth-accounts.controller.js';
import { OAUTH_ACCOUNT_ENTITY_REPOSITORY, OAuthAccountsRepository } from './oauth-accounts.repository.js';
import { HAS_PASSWORD_LOGIN, OAuthAccountsService } from './oauth-accounts.service.js';
import { OAuthLoginService } from './oauth-login.service.js';
import { OAuth2Checks } from './oauth2.checks.js';
import { createOAuth2Controller } from './oauth2.controller.js';
import { NEW_USER, OAUTH2_PLAN, OAUTH2_SETTINGS_KEYS, type OAuth2Options } from './oauth2.options.js';
import { OAUTH2_SETTINGS, resolveOAuth2 } from './oauth2.settings.js';
import { ONE_TIME_TOKEN_ENTITY_REPOSITORY, OneTimeTokens } from './one-time-tokens.js';
import { ProviderJourney } from './provider-journey.js';
import { ProviderTokenVault } from './provider-tokens.js';
import { ProviderUsersService } from './provider-users.service.js';

/** Login by accounts at providers, for the option `oauth2` of the module. */
export const oauth2 = <User extends BaseUser = BaseUser>(options: OAuth2Options<User>): OpenFeature => ({
  feature: oauth2Feature,
  options,
});

const oauth2Feature: Feature<OAuth2Options> = {
  key: 'oauth2',
  plan: OAUTH2_PLAN,
  settings: OAUTH2_SETTINGS_KEYS,
  flags: ['returnUser', 'associateByEmail', 'storeTokens', 'allowRegistration'],
  resolve: resolveOAuth2,
  build(options, host) {
    const names = checkClients(options);
    const backend = findBackend(options, host);
    const plan = {
      path: 'auth',
      authorizePath: 'authorize',
      callbackPath: 'callback',
      tokenPath: 'token',
      associatePath: 'auth/associate',
      accountsPath: 'users/me/oauth-accounts',
      returnUser: options.readDto !== undefined || options.loadOptions !== undefined,
      readDto: host.dtos.read,
      ...options,
    };
    const isKeptByBrowser = keepsToken(backend.transport);
    const login = { backend: backend.name, load: options.loadOptions, isKeptByBrowser };
    return {
      controllers: [
        ...names.map((name) => createOAuth2Controller(plan, login, name)),
        ...names.map((name) => createAssociateController(plan, name)),
        createOAuthAccountsController(plan),
      ],
      providers: [...repositories(host), ...settingsOf(options, host), ...SERVICES],
      exports: [OAuthAccountsService],
    };
  },
};

const SERVICES: Provider[] = [
  ...[OneTimeTokens, Attempts, OAuthClients, OAuthAccountsRepository, ProviderTokenVault],
  ...[OAuthAccountsService, ProviderUsersService, ProviderJourney, OAuthLoginService, AssociationService],
  ...[OAuth2Checks, { provide: ACCOUNT_LINKS, useExisting: OAuthAccountsRepository }],
];

function repositories({ entities, dataSource }: HostPlan): Provider[] {
  const provider = (provide: symbol, option: 'oauthAccount' | 'oneTimeToken', bases: string): Provider => {
    const entity = entities[option];
    if (entity) return { provide, useExisting: getRepositoryToken(entity, dataSource) };
    throw new ConfigurationError(`oauth2 needs entities.${option}, your entity that extends ${bases}.`);
  };
  return [
    provider(OAUTH_ACCOUNT_ENTITY_REPOSITORY, 'oauthAccount', 'UuidOAuthAccount or IntOAuthAccount'),
    provider(ONE_TIME_TOKEN_ENTITY_REPOSITORY, 'oneTimeToken', 'BaseOneTimeToken'),
  ];
}

function settingsOf({ newUser }: OAuth2Options, { open }: HostPlan): Provider[] {
  const select = ({ oauth2: own }: Readonly<Record<string, unknown>>) => own;
  return [
    { provide: OAUTH2_SETTINGS, inject: [FEATURE_SETTINGS], useFactory: select },
    ...(newUser ? [{ provide: NEW_USER, useValue: newUser }] : []),
    { provide: HAS_PASSWORD_LOGIN, useValue: open.includes('auth') },
  ];
}

const CLIENT_NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/i;

function checkClients({ clients }: Partial<OAuth2Options>): string[] {
  if (clients === undefined || clients.length === undefined || clients.length === 0) {
    throw new ConfigurationError('oauth2.clients must hold at least one client, such as google().');
  }
  const names = clients.map((client, index) => {
    if (typeof client?.traits !== 'function') {
      throw new ConfigurationError(
        `oauth2.clients[${index}] must be google(), github(), microsoft(), oidc() or oauth2Client().`,
      );
    }
    if (typeof client.name === 'string' && client.name.length <= 64 && CLIENT_NAME.test(client.name))
      return client.name;
    throw new ConfigurationError(
      `oauth2.clients[${index}].name must be of letters, digits and hyphens, 64 at most; it stands in paths.`,
    );
  });
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return names;
  throw new ConfigurationError(`oauth2.clients: ${twice} is there twice; names must differ.`);
}

function findBackend({ backend: name }: OAuth2Options, { backends }: HostPlan): BackendOptions {
  const backend = name === undefined ? backends[0] : backends.find((each) => each.name === name);
  if (backend) return backend;
  throw new ConfigurationError(
    `oauth2.backend names ${name}; the backends are ${backends.map((each) => each.name).join(', ')}.`,
  );
}

/** A browser keeps a cookie by itself; whatever a transport takes out of a client unasked, it has put there unasked. */
const keepsToken = (transport: BackendOptions['transport']): boolean =>
  typeof transport === 'function' ? isClearing(transport) : transport.kind === 'cookie';

const isClearing = ({ prototype }: Type): boolean =>
  typeof (prototype as { clear?: unknown }).clear === 'function';
