import type { ModulesContainer } from '@nestjs/core';
import { type HostClass, hostClasses, type HostModule } from '../../authentication/host-classes.js';
import { guardsAt, ruleOf } from '../../authentication/guard-rule.js';
import { ConfigurationError } from '../../common/configuration-error.js';

// What @nestjs/graphql calls them. This library never imports it.
const OPTIONS = 'GqlModuleOptions';
const OPERATION = 'graphql:resolver_type';
const OF_FIELDS = ['graphql:resolve_property', 'graphql:resolve_reference'];

interface GraphqlOptions {
  fieldResolverEnhancers?: string[];
}

/**
 * NestJS runs a guard at a field of a GraphQL type only with the option `fieldResolverEnhancers`. Without it, the
 * guard would do nothing, without a word.
 * @throws {ConfigurationError} for a guard of this library at such a field
 */
export function requireFieldGuards(modules: ModulesContainer): void {
  const all = [...modules.values()];
  const options = all.flatMap(({ providers }) => optionsIn(providers));
  const runsGuards = options.some(({ fieldResolverEnhancers = [] }) =>
    fieldResolverEnhancers.includes('guards'),
  );
  if (options.length === 0 || runsGuards) return;
  for (const each of hostClasses(all)) checkClass(each);
}

const optionsIn = (providers: HostModule['providers']): GraphqlOptions[] => {
  const instance = providers.get(OPTIONS)?.instance as GraphqlOptions | undefined;
  return instance ? [instance] : [];
};

function checkClass({ target, methods }: HostClass): void {
  const hasOperation = methods.some(({ method }) => Reflect.hasMetadata(OPERATION, method));
  for (const { name, method } of methods) {
    if (!OF_FIELDS.some((key) => Reflect.hasMetadata(key, method))) continue;
    // A guard at the class is for its operations, if there are any.
    const guards = [...guardsAt(method), ...(hasOperation ? [] : guardsAt(target))];
    const rule = guards.map((guard) => ruleOf(guard)).find((each) => each !== undefined);
    if (!rule) continue;
    throw new ConfigurationError(
      `${rule.name} at ${target.name}.${name} guards a field, where NestJS runs no guard; set fieldResolverEnhancers: ['guards'] in the options of GraphQLModule.`,
    );
  }
}
