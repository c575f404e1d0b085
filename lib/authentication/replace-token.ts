import type { HttpRequest, HttpResponse } from '../common/http.js';
import { NotAuthenticatedError } from '../common/users-error.js';
import type { BaseUser } from '../users/user.entity.js';
import type { Identity } from './backend.js';

/**
 * Puts a new token into the answer, because the request raised the `tokenVersion` and so invalidated its own
 * token. The time of the login does not change. The new token has exactly the version that this request made,
 * so an event that ended all logins since then also ends this one.
 * @returns the token; `undefined` if the login was ended right after the change, which stays
 */
export async function replaceToken(
  identity: Identity,
  request: HttpRequest,
  response: HttpResponse,
): Promise<string | undefined> {
  const { backend, authenticatedAt, tokenVersion } = identity;
  const user = withVersion(identity.user, tokenVersion + 1);
  try {
    const issued = await backend.strategy.issue(user, { authenticatedAt, request, replaces: identity });
    backend.transport.replace(issued, response);
    return issued.token;
  } catch (error) {
    if (error instanceof NotAuthenticatedError) return undefined;
    throw error;
  }
}

const withVersion = (user: BaseUser, tokenVersion: number): BaseUser =>
  Object.assign(Object.create(Object.getPrototypeOf(user) as object) as BaseUser, user, { tokenVersion });
