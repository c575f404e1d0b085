import type { InjectionToken } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { PLAN } from './providers.js';
import type { ResolvedPlan } from './plan.js';

/**
 * A provider of this library's module as the host may have replaced it: an instance, or a class with one for
 * each request.
 */
export function providerOf(modules: ModulesContainer, plan: ResolvedPlan, token: InjectionToken) {
  const own = [...modules.values()].find(({ providers }) => providers.get(PLAN)?.instance === plan);
  let provider = own?.providers.get(token);
  while (provider?.isAlias) provider = own?.providers.get(provider.inject?.[0] as InjectionToken);
  return provider;
}
