import type { INestApplicationContext } from '@nestjs/common';
import type { IssuedToken, Transport } from '../authentication/backend.js';
import { Authenticator } from '../authentication/authenticator.js';
import { LoginService } from '../authentication/login.service.js';
import { CookieTransport } from '../authentication/transports/cookie.transport.js';
import type { HttpRequest, HttpResponse } from '../common/http.js';
import type { BaseUser, UserId } from '../users/user.entity.js';
import { BadCredentialsError, UserNotFoundError, UserNotVerifiedError } from '../users/users.errors.js';

/** An application or a compiled testing module that imports `UsersModule`. */
export type RunningApplication = Pick<INestApplicationContext, 'get' | 'resolve'>;

/** The login that {@link actingAs} makes. */
export interface ActingAsOptions {
  /**
   * The name of the backend.
   * @default the first backend
   */
  backend?: string;
  /**
   * When the user logged in, in seconds since 1970. After 10 minutes, a login is too old for
   * [sensitive changes](../../docs/features/current-user.md#why-a-sensitive-change-needs-a-fresh-login).
   * @default now
   */
  authenticatedAt?: number;
}

/**
 * Logs a user in without the password and without a hash. The login is a real one, with a session where the backend has
 * sessions. No hook runs, no event is emitted, and no limit counts.
 * @param user a stored user, or the id of one
 * @returns the header fields for requests as this user, with names in lower case: `authorization`, or `cookie` and
 * `sec-fetch-site`
 * @throws {TypeError} for an unknown backend
 * @throws {Error} for an unknown, inactive or unverified user, in a sentence that says which
 * @example await request(app.getHttpServer()).get('/notes').set(await actingAs(app, ada));
 */
export async function actingAs(
  app: RunningApplication,
  user: Pick<BaseUser, 'id'> | UserId,
  { backend, authenticatedAt }: ActingAsOptions = {},
): Promise<Record<string, string>> {
  const id = idOf(user);
  const logins = await app.resolve(LoginService, undefined, { strict: false });
  // By the id, because the object of a test may be older than the last change of the password.
  const issued = await logins
    .issueToken(id, {
      ...(backend !== undefined && { backend }),
      ...(authenticatedAt !== undefined && { authenticatedAt }),
    })
    .catch((error: unknown) => {
      throw explained(error, id);
    });
  const authenticator = app.get(Authenticator, { strict: false });
  const name = backend ?? authenticator.names[0];
  return headersOf(name, authenticator.backend(name).transport, issued);
}

function idOf(user: Pick<BaseUser, 'id'> | UserId): UserId {
  const id = typeof user === 'object' ? (user as Pick<BaseUser, 'id'> | null)?.id : user;
  if (id !== undefined) return id;
  throw new TypeError('actingAs() needs a stored user, or the id of one.');
}

function explained(error: unknown, id: UserId): unknown {
  const sentence = (why: string) => new Error(`actingAs(): ${why}`, { cause: error });
  if (error instanceof UserNotFoundError) return sentence(`there is no user with the id ${id}.`);
  if (error instanceof BadCredentialsError)
    return sentence(`the user ${id} is inactive, and no login of an inactive user is valid.`);
  if (error instanceof UserNotVerifiedError) {
    return sentence(
      `the user ${id} is not verified, and requireVerification is on; add the user with { verify: true }.`,
    );
  }
  return error;
}

function headersOf(backend: string, transport: Transport, issued: IssuedToken): Record<string, string> {
  const headers = credentialOf(transport, issued);
  const request: HttpRequest = { headers, method: 'GET', url: '/', query: {}, params: {}, body: undefined };
  if (![transport.read(request)].flat().includes(issued.token)) {
    throw new Error(
      `actingAs(): the transport of the backend ${backend} does not find its token in the header fields that its replace() sets; take the token from LoginService.issueToken() and send it yourself.`,
    );
  }
  // As a page of the application itself sends it, which every origin check accepts.
  return transport.checkOrigin ? { ...headers, 'sec-fetch-site': 'same-origin' } : headers;
}

/** `bearer()` and most other transports name the header field when they replace a token. */
function credentialOf(transport: Transport, issued: IssuedToken): Record<string, string> {
  if (transport instanceof CookieTransport) {
    return { cookie: `${transport.cookieName}=${encodeURIComponent(issued.token)}` };
  }
  const headers: Record<string, string> = {};
  const response: HttpResponse = {
    header: (name, value) => (headers[name.toLowerCase()] = value),
    status: () => undefined,
  };
  transport.replace(issued, response);
  return headers;
}
