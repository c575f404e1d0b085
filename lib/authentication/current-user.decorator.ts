import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { HttpRequest } from '../common/http.js';
import { identityOf } from './authenticator.js';
import type { Identity } from './backend.js';

const requestOf = (context: ExecutionContext) => context.switchToHttp().getRequest<HttpRequest>();

/** The logged-in user; `undefined` where no guard of this library let anybody in. */
export const CurrentUser = createParamDecorator(
  (_: unknown, context: ExecutionContext) => identityOf(requestOf(context))?.user,
);

/** The logged-in user with the credential that they came by; only behind a guard that lets nobody else in. */
export const CurrentIdentity = createParamDecorator(
  (_: unknown, context: ExecutionContext) => identityOf(requestOf(context)) as Identity,
);
