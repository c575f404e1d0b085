import type { HttpRequest, HttpResponse } from '../common/http.js';
import type { BaseUser } from '../users/user.entity.js';
import type { Identity } from './backend.js';

/**
 * Puts a fresh token into the answer, because the request's own died with the password that it changed. The time
 * of the login does not change.
 */
export async function replaceToken(
  identity: Identity,
  user: BaseUser,
  request: HttpRequest,
  response: HttpResponse,
): Promise<void> {
  const { backend, authenticatedAt } = identity;
  const issued = await backend.strategy.issue(user, { authenticatedAt, request, replaces: identity });
  backend.transport.replace(issued, response);
}
