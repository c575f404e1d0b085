import type { DocumentBuilder } from '@nestjs/swagger';
import type { Backend } from '../authentication/backend.js';
import type { DescribedRoute } from '../module/described-routes.js';
import type { DocumentedApplication } from './access.js';

/** Adds a scheme for each backend, under the backend's name. */
export function addSecuritySchemes(
  builder: DocumentBuilder,
  { backends }: DocumentedApplication,
  routes: readonly DescribedRoute[],
): void {
  for (const backend of backends) {
    const scheme = schemeOf(backend, routes);
    if (scheme) builder.addSecurity(backend.name, scheme);
  }
}

type Scheme = Parameters<DocumentBuilder['addSecurity']>[1];

/** A login by a form is OAuth2's password flow (RFC 6749 §4.3), by which Swagger UI's "Authorize" logs in. */
function schemeOf({ name, transport }: Backend, routes: readonly DescribedRoute[]): Scheme | undefined {
  const { securityScheme: scheme } = transport;
  const login = routes.find(({ description: { id } }) => id === `auth_${name}_login`);
  if (scheme?.type !== 'http' || scheme.scheme !== 'bearer' || !login) return scheme && { ...scheme };
  return { type: 'oauth2', flows: { password: { tokenUrl: login.path, scopes: {} } } };
}
