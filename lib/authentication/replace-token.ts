import type { HttpResponse } from '../common/http.js';
import type { BaseUser } from '../users/user.entity.js';
import type { Identity } from './backend.js';

/**
 * Puts a fresh token into the answer, because the request's own died with the password that it changed. The time
 * of the login does not change.
 */
export async function replaceToken(
  { backend, authenticatedAt }: Identity,
  user: BaseUser,
  response: HttpResponse,
): Promise<void> {
  backend.transport.replace(await backend.strategy.issue(user, authenticatedAt), response);
}
