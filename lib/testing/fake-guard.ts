import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { lastValueFrom, isObservable } from 'rxjs';
import { remember } from '../authentication/authenticator.js';
import type { Backend, Identity } from '../authentication/backend.js';
import { rememberAt } from '../authentication/contexts/remembered.js';
import type { HttpRequest } from '../common/http.js';
import type { BaseUser } from '../users/user.entity.js';
import type { FakeUser } from './fake-current-user.js';
import { fakeIdentity } from './fake-identity.js';
import { refuseOutsideTests } from './tests-only.js';

/**
 * A guard for `overrideGuard()`, behind which `@CurrentUser()` is the fake user. In production, nothing but a guard of this
 * library decides who the current user is, so a fake that only sets `request.user` must be passed through this function.
 * @param fake the user whom it lets in; or a guard that sets `request.user`, and lets in whom it likes
 * @throws {ConfigurationError} if `NODE_ENV` is set, and is neither `test` nor `development`
 * @example builder.overrideGuard(Authenticated()).useValue(fakeGuard(ada));
 */
export function fakeGuard(fake: CanActivate | BaseUser | FakeUser): CanActivate {
  refuseOutsideTests('fakeGuard');
  const guard = isGuard(fake) ? fake : lettingIn(fake);
  return {
    async canActivate(context: ExecutionContext): Promise<boolean> {
      const outcome = guard.canActivate(context);
      const isAllowed = await (isObservable(outcome) ? lastValueFrom(outcome) : outcome);
      const { user } = carrierOf(context);
      // A guard that lets an anonymous request in sets no user.
      if (isAllowed && user) rememberUser(context, fakeIdentity(user, NOWHERE));
      return isAllowed;
    },
  };
}

interface Carrier {
  user?: BaseUser;
}

/** What carries the user: the request; in GraphQL the request of the context, or the context; the client of a socket. */
function carrierOf(context: ExecutionContext): Carrier {
  if (context.getType<string>() !== 'graphql') return context.getArgByIndex<Carrier>(0);
  const own = context.getArgByIndex<Carrier & { req?: Carrier }>(2);
  return own.req ?? own;
}

function rememberUser(context: ExecutionContext, identity: Identity): void {
  if (context.getType() === 'http') remember(context.switchToHttp().getRequest<HttpRequest>(), identity);
  else rememberAt(context, identity);
}

const isGuard = (fake: object): fake is CanActivate =>
  typeof (fake as Partial<CanActivate>).canActivate === 'function';

const lettingIn = (user: BaseUser | FakeUser): CanActivate => ({
  canActivate(context) {
    carrierOf(context).user = user as BaseUser;
    return true;
  },
});

/** The backend of a login that did not happen. It finds nobody, and ends nothing. */
const NOWHERE: Backend = {
  name: 'fake',
  transport: {
    challenge: 'Fake',
    read: () => undefined,
    deliver: () => undefined,
    replace: () => undefined,
  },
  strategy: {
    issue: () => Promise.reject(new Error('A fake guard has no backend that makes tokens; use actingAs().')),
    identify: () => Promise.resolve(undefined),
    revoke: () => Promise.resolve(),
  },
};
