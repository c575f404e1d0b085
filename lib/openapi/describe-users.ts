import type { INestApplication } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { DocumentBuilder } from '@nestjs/swagger';
import { ACCOUNTS_SETTINGS, type AccountsSettings } from '../accounts/accounts.settings.js';
import { BACKENDS } from '../authentication/authenticator.js';
import type { Backend } from '../authentication/backend.js';
import { ConfigurationError } from '../common/configuration-error.js';
import { PLAN } from '../module/providers.js';
import { describedRoutes } from '../module/described-routes.js';
import { readDtosOf } from '../module/checks/read-dto-checks.js';
import type { ResolvedPlan } from '../module/plan.js';
import { ERROR_MODELS } from './errors.js';
import { documentRoute } from './operations.js';
import { secureHostRoutes } from './host-routes.js';
import { documentOutput } from './models.js';
import { entitiesOf } from './entities.js';
import { addSecuritySchemes } from './security.js';

/**
 * Describes every route of this library in the OpenAPI document of an application: bodies, queries, answers, errors
 * with their codes, and how a client logs in. Call it before `SwaggerModule.createDocument()`:
 *
 * ```ts
 * const config = describeUsers(app, new DocumentBuilder().setTitle('Notes').setOpenAPIVersion('3.1.0')).build();
 * SwaggerModule.setup('docs', app, SwaggerModule.createDocument(app, config));
 * ```
 * @returns the builder
 * @throws {ConfigurationError} in an application without `UsersModule`
 */
export function describeUsers(app: INestApplication, builder: DocumentBuilder): DocumentBuilder {
  const plan = requirePlan(app);
  const backends = app.get<Backend[]>(BACKENDS, { strict: false });
  const { requireVerification } = app.get<AccountsSettings>(ACCOUNTS_SETTINGS, { strict: false });
  const application = {
    backends,
    requiresVerification: requireVerification,
    entities: entitiesOf(app, plan),
    plan,
    adapter: app.getHttpAdapter().getType(),
  };

  const { user, role } = application.entities;
  if (user)
    for (const [, dto, entity] of readDtosOf(plan, user, role)) documentOutput({ dto, entity, prefix: '' });
  const routes = describedRoutes(app, plan);
  for (const route of routes) documentRoute(route, application);
  secureHostRoutes(app, application);
  addSecuritySchemes(builder, application, routes);
  addModels(builder);
  return builder;
}

function requirePlan(app: INestApplication): ResolvedPlan {
  const modules = [...app.get(ModulesContainer).values()];
  const own = modules.find(({ providers }) => providers.has(PLAN));
  if (own) return own.providers.get(PLAN)?.instance as ResolvedPlan;
  throw new ConfigurationError(
    'describeUsers() needs UsersModule; import UsersModule.forRoot({ … }) into your application.',
  );
}

/** The builder has no method for a schema; what it builds has a place for it. */
function addModels(builder: DocumentBuilder): void {
  const { components } = builder.build();
  if (components) components.schemas = { ...components.schemas, ...ERROR_MODELS };
}
