import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { HttpRequest } from '../common/http.js';
import { identityOf } from './authenticator.js';
import type { Identity } from './backend.js';
import { identityAt } from './contexts/remembered.js';

const loggedInAt = (context: ExecutionContext): Identity | undefined =>
  context.getType() === 'http'
    ? identityOf(context.switchToHttp().getRequest<HttpRequest>())
    : identityAt(context);

/** The logged-in user; `undefined` if no guard of this library let a user in. */
export const CurrentUser = createParamDecorator(
  (_: unknown, context: ExecutionContext) => loggedInAt(context)?.user,
);

/** The logged-in user with the credential of the request. Use it only behind a guard that requires a login. */
export const CurrentIdentity = createParamDecorator(
  (_: unknown, context: ExecutionContext) => loggedInAt(context) as Identity,
);
