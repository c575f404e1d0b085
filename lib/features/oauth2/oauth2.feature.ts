import type { Provider } from '@nestjs/common';
import { getRepositoryToken } from '@nestjs/typeorm';
import { ConfigurationError } from '../../common/configuration-error.js';
import { ACCOUNT_LINKS } from '../../users/account-links.js';
import type { BaseUser } from '../../users/user.entity.js';
import { type Feature, FEATURE_SETTINGS, type HostPlan, type OpenFeature } from '../feature.js';
import { AccountLinking } from './account-linking.js';
import { createAssociateController } from './associate.controller.js';
import { AssociationService } from './association.service.js';
import { Attempts } from './attempts.js';
import { OAuthClients } from './clients/oauth-clients.js';
import { LoginCodes } from './login-codes.js';
import { createOAuthAccountsController } from './oauth-accounts.controller.js';
import { OAUTH_ACCOUNT_ENTITY_REPOSITORY, OAuthAccountsRepository } from './oauth-accounts.repository.js';
import { OAuthAccountsService, OPEN_FEATURES } from './oauth-accounts.service.js';
import { OAuthLoginService } from './oauth-login.service.js';
import { OAuth2Checks } from './oauth2.checks.js';
import { createOAuth2Controller } from './oauth2.controller.js';
import { NEW_USER, OAUTH2_PLAN, OAUTH2_SETTINGS_KEYS, type OAuth2Options } from './oauth2.options.js';
import { resolveOAuth2Plan } from './oauth2.plan.js';
import { OAUTH2_SETTINGS, resolveOAuth2 } from './oauth2.settings.js';
import { ONE_TIME_TOKEN_ENTITY_REPOSITORY, OneTimeTokens } from './one-time-tokens.js';
import { ProviderAccess } from './provider-access.js';
import { ProviderJourney } from './provider-journey.js';
import { ProviderTokenVault } from './provider-token-vault.js';
import { ProviderUsersService } from './provider-users.service.js';

/** Login by accounts at providers, for the option `oauth2` of the module. */
export function oauth2<User extends BaseUser = BaseUser>(options: OAuth2Options<User>): OpenFeature {
  if (typeof options === 'object' && options !== null) return { feature: oauth2Feature, options };
  throw new ConfigurationError('oauth2() needs its options, clients and redirectUrl at least.');
}

const oauth2Feature: Feature<OAuth2Options> = {
  key: 'oauth2',
  plan: OAUTH2_PLAN,
  settings: OAUTH2_SETTINGS_KEYS,
  flags: ['returnUser'],
  resolve: resolveOAuth2,
  build(options, host) {
    const plan = resolveOAuth2Plan(options, host);
    const { names } = plan;
    return {
      controllers: [
        ...names.map((name) => createOAuth2Controller(plan, name)),
        ...names.map((name) => createAssociateController(plan, name)),
        createOAuthAccountsController(plan),
      ],
      providers: [...repositories(host), ...settingsOf(options, host), ...SERVICES],
      exports: [OAuthAccountsService],
    };
  },
};

const SERVICES: Provider[] = [
  ...[
    OneTimeTokens,
    Attempts,
    OAuthClients,
    OAuthAccountsRepository,
    ProviderTokenVault,
    ProviderAccess,
    AccountLinking,
  ],
  ...[
    OAuthAccountsService,
    ProviderUsersService,
    ProviderJourney,
    OAuthLoginService,
    AssociationService,
    LoginCodes,
  ],
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
    { provide: OPEN_FEATURES, useValue: open },
  ];
}
