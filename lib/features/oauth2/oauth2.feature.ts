import type { Provider } from '@nestjs/common';
import { ConfigurationError } from '../../common/configuration-error.js';
import { repositoryProvider } from '../../database/database.providers.js';
import { ACCOUNT_LINKS } from '../../accounts/account-links.js';
import type { BaseUser } from '../../users/user.entity.js';
import { type Feature, type HostPlan, type OpenFeature } from '../feature.js';
import { AccountLinking } from './accounts/account-linking.js';
import { createAssociateController } from './associate.controller.js';
import { AssociationService } from './flow/association.service.js';
import { AuthorizationFlow } from './flow/authorization-flow.js';
import { OAuthClients } from './clients/oauth-clients.js';
import { LoginCodes } from './flow/login-codes.js';
import { createOAuthAccountsController } from './accounts/oauth-accounts.controller.js';
import {
  OAUTH_ACCOUNT_ENTITY_REPOSITORY,
  OAuthAccountsRepository,
} from './accounts/oauth-accounts.repository.js';
import { OAuthAccountsService, OPEN_FEATURES } from './accounts/oauth-accounts.service.js';
import { OAuthLoginService } from './flow/oauth-login.service.js';
import { OAuth2Checks } from './oauth2.checks.js';
import { createOAuth2Controller } from './oauth2.controller.js';
import { NEW_USER, OAUTH2_KINDS, type OAuth2Options } from './oauth2.options.js';
import { resolveOAuth2Plan } from './oauth2.plan.js';
import { OAUTH2_SETTINGS, resolveOAuth2 } from './oauth2.settings.js';
import { ONE_TIME_TOKEN_ENTITY_REPOSITORY, OneTimeTokens } from './flow/one-time-tokens.js';
import { ProviderAccess } from './accounts/provider-access.js';
import { ProviderTokenVault } from './accounts/provider-token-vault.js';
import { ProviderUsersService } from './accounts/provider-users.service.js';

/** Login with accounts at providers, for the module's option `oauth2`. */
export function oauth2<User extends BaseUser = BaseUser>(options: OAuth2Options<User>): OpenFeature {
  if (typeof options === 'object' && options !== null) return { feature: oauth2Feature, options };
  throw new ConfigurationError('oauth2() needs options, at least clients and publicUrl.');
}

const oauth2Feature: Feature<OAuth2Options, 'oauth2'> = {
  key: 'oauth2',
  kinds: OAUTH2_KINDS,
  settingsToken: OAUTH2_SETTINGS,
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
      providers: [...repositories(host), ...valuesOf(options, host), ...SERVICES],
      exports: [OAuthAccountsService],
    };
  },
};

const SERVICES: Provider[] = [
  ...[
    OneTimeTokens,
    AuthorizationFlow,
    OAuthClients,
    OAuthAccountsRepository,
    ProviderTokenVault,
    ProviderAccess,
    AccountLinking,
  ],
  ...[OAuthAccountsService, ProviderUsersService, OAuthLoginService, AssociationService, LoginCodes],
  ...[OAuth2Checks, { provide: ACCOUNT_LINKS, useExisting: OAuthAccountsRepository }],
];

function repositories({ entities }: HostPlan): Provider[] {
  const provider = (provide: symbol, option: 'oauthAccount' | 'oneTimeToken', bases: string): Provider => {
    const entity = entities[option];
    if (entity) return repositoryProvider(provide, entity);
    throw new ConfigurationError(`oauth2 needs entities.${option}, your entity that extends ${bases}.`);
  };
  return [
    provider(OAUTH_ACCOUNT_ENTITY_REPOSITORY, 'oauthAccount', 'UuidOAuthAccount or IntOAuthAccount'),
    provider(ONE_TIME_TOKEN_ENTITY_REPOSITORY, 'oneTimeToken', 'BaseOneTimeToken'),
  ];
}

function valuesOf({ newUser }: OAuth2Options, { open }: HostPlan): Provider[] {
  return [
    ...(newUser ? [{ provide: NEW_USER, useValue: newUser }] : []),
    { provide: OPEN_FEATURES, useValue: open },
  ];
}
