import { Inject, Injectable, type InjectionToken, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { BACKENDS } from '../../authentication/authenticator.js';
import { SessionsRepository } from '../../authentication/sessions/sessions.repository.js';
import { ConfigurationError } from '../../common/configuration-error.js';
import { RolesRepository } from '../../roles/roles.repository.js';
import { Limits } from '../../accounts/limits/limits.js';
import { UsersRepository } from '../../users/users.repository.js';
import { PLAN, SETTINGS } from '../providers.js';
import { providerOf } from '../own-module.js';
import type { ResolvedPlan } from '../plan.js';

/**
 * Providers that must be created once, at boot. Counters and keys that exist for one request only would protect
 * nothing.
 */
const MADE_ONCE: [token: InjectionToken, what: string][] = [
  [SETTINGS, 'forRootAsync: a provider in inject'],
  [UsersRepository, 'providers: UsersRepository'],
  [SessionsRepository, 'providers: SessionsRepository'],
  [RolesRepository, 'providers: RolesRepository'],
  [Limits, 'limits: the client of redis'],
  [BACKENDS, 'backends: a transport, a strategy, or a provider that one of them injects,'],
];

/**
 * The host's service may be request-scoped. Any other request-scoped dependency makes Nest skip the boot
 * checks, so this class injects nothing that a host can provide.
 */
@Injectable()
export class ScopeChecks implements OnModuleInit {
  constructor(
    @Inject(PLAN) private readonly plan: ResolvedPlan,
    private readonly modules: ModulesContainer,
  ) {}

  onModuleInit(): void {
    const scoped = MADE_ONCE.find(([token]) => {
      const provider = providerOf(this.modules, this.plan, token);
      return provider !== undefined && !provider.isDependencyTreeStatic();
    });
    if (!scoped) return;
    throw new ConfigurationError(
      `${scoped[1]} is request-scoped but must be created once; only your service may be request-scoped.`,
    );
  }
}
