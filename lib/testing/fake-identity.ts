import type { Backend, Identity } from '../authentication/backend.js';
import { LoggedIn } from '../authentication/identity.js';
import { nowInSeconds } from '../common/signed-tokens.js';
import type { BaseUser } from '../users/user.entity.js';

/** A fresh login that no client ever got a credential for. */
export const fakeIdentity = (user: BaseUser, backend: Backend): Identity =>
  new LoggedIn(
    { user, tokenVersion: user.tokenVersion, authenticatedAt: nowInSeconds() },
    backend,
    'a fake login has no token',
  );
