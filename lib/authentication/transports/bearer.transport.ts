import type { HttpRequest, HttpResponse } from '../../common/http.js';
import type { IssuedToken, Transport } from '../backend.js';
import type { TransportDefinition } from '../backend.options.js';

/**
 * The `Authorization` header (RFC 6750 §2.1). The body of a login is OAuth2's token response (RFC 6749 §5.1).
 */
export const bearer = (): TransportDefinition => ({
  kind: 'bearer',
  options: {},
  settings: [],
  create: () => new BearerTransport(),
});

const CREDENTIAL = /^Bearer +([\w.~+/-]+=*) *$/i;

class BearerTransport implements Transport {
  readonly challenge = 'Bearer';
  readonly securityScheme = { type: 'http', scheme: 'bearer' } as const;

  read(request: HttpRequest): string | undefined {
    return CREDENTIAL.exec(request.headers.authorization ?? '')?.[1];
  }

  deliver({ token, lifetimeSeconds }: IssuedToken): object {
    return { access_token: token, token_type: 'bearer', expires_in: lifetimeSeconds };
  }

  replace({ token }: IssuedToken, response: HttpResponse): void {
    response.header('Authorization', `Bearer ${token}`);
  }
}
