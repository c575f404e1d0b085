import { type CanActivate, type ExecutionContext, Inject, Injectable, Optional } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { ConfigurationError } from '../common/configuration-error.js';
import { type HttpRequest, responseOf, withHeaders } from '../common/http.js';
import { NotAuthenticatedError } from '../common/users-error.js';
import { VerificationRequiredError } from '../users/users.errors.js';
import { type Authenticator, identityOf, remember, rememberFound } from './authenticator.js';
import type { Identity } from './backend.js';
import { errorIn } from './contexts/context-error.js';
import { callOf, rememberAt } from './contexts/remembered.js';
import { type AuthenticatedOptions, type GuardRule, RULE, ruleOf } from './guard-rule.js';
import { moduleOf, placeOf } from './guard-places.js';
import { backendNames, type GuardTerms, termsOf } from './guard-terms.js';
import { GuardTools } from './guard-tools.js';
import { noteRight } from './rights.js';
import { perHandler } from './per-handler.js';
import { loadOptionsOf } from './user-load-options.decorator.js';

/** Throws the error to answer with if this logged-in user may not pass. */
export const AUTHORIZE = Symbol('nestjs-users: whether a user may pass');

/** The services that a guard needs. */
export const TOOLS = Symbol('nestjs-users: tools of a guard');

/** Nest's list of modules. It shows where a guard stands that has no services injected. */
const MODULES = Symbol('nestjs-users: the modules of an application');

const TERMS = Symbol('nestjs-users: requirements of a guard at each handler');
const ASKED = Symbol('nestjs-users: calls that a guard of the whole application has seen');

/**
 * The base of every guard of this library. It finds the logged-in user once a request, answers `401` if there
 * is none, and leaves the rest to {@link AUTHORIZE}. A guard that fails for any reason refuses the request.
 * Hosts extend the guards, so every member except `canActivate` is named by a symbol, which no member of a
 * subclass can replace.
 */
@Injectable()
export abstract class AuthenticatingGuard implements CanActivate {
  static readonly [RULE]: GuardRule = { name: 'a guard', options: {} };

  // Optional, because Nest's own error for a missing UsersModule would name neither the guard nor its place.
  @Optional()
  @Inject(GuardTools)
  readonly [TOOLS]!: GuardTools;

  set [MODULES](modules: ModulesContainer) {
    if (!isInjected(this)) requireModule(this, modules);
  }

  private readonly [TERMS] = perHandler(termsAt);
  private readonly [ASKED] = new WeakSet<object>();

  async canActivate(context: ExecutionContext): Promise<boolean> {
    requireInjected(this, 'of yours');
    const asks = asksOf(this[TERMS](context, this), this, this[ASKED], context);
    if (asks === undefined) return true;
    if (context.getType() !== 'http') return outsideHttp(this, asks, context);
    const request = context.switchToHttp().getRequest<HttpRequest>();
    try {
      const identity = await identify(this[TOOLS], asks, request, context);
      requireOne(identityOf(request), identity);
      remember(request, identity);
      identity?.backend.transport.checkOrigin?.(request);
      if (identity) await this[AUTHORIZE](identity, context);
      return true;
    } catch (error) {
      throw withHeaders(error, responseOf(context));
    }
  }

  abstract [AUTHORIZE](identity: Identity, context: ExecutionContext): void | Promise<void>;
}

// Called as a function, because on an accessor the decorator would take the descriptor for a parameter index.
Inject(ModulesContainer)(AuthenticatingGuard.prototype, MODULES);

/**
 * Nest sets a guard's properties in the order of their declaration. So if the services are not set now, they
 * never will be.
 */
function requireModule(guard: AuthenticatingGuard, modules: ModulesContainer): void {
  const owners = [...modules.values()].filter(({ providers }) => providers.has(GuardTools));
  const name = `${ownRule(guard).name}${placeOf(modules, guard)}`;
  if (owners.length === 0) {
    throw new ConfigurationError(
      `${name} needs UsersModule; import UsersModule.forRoot({ … }) into your application.`,
    );
  }
  // A global module is always found, so it failed to start and reports that itself.
  if (owners.some(({ isGlobal }) => isGlobal)) return;
  const { name: module = 'its module' } = moduleOf(modules, guard) ?? {};
  throw new ConfigurationError(
    `${name} needs UsersModule, which is not global; put UsersModule.forRoot({ … }) into the imports and the exports of one module, and let ${module} import that module, or leave out isGlobal: false.`,
  );
}

/** The guard's own rule. */
const ownRule = (guard: AuthenticatingGuard): GuardRule => ruleOf(guard) as GuardRule;

/** Whether Nest created this guard, not the host with `new`. */
const isInjected = (guard: AuthenticatingGuard): boolean => guard[TOOLS] !== undefined;

/**
 * @param place the guard's place, in words that follow its name
 * @throws {ConfigurationError} for an instance without injected services
 */
export function requireInjected(guard: unknown, place: string): void {
  if (!(guard instanceof AuthenticatingGuard) || isInjected(guard)) return;
  throw new ConfigurationError(
    `an instance of ${ownRule(guard).name} ${place} was created with new, so Nest could not inject its services; pass the class instead of an instance.`,
  );
}

/** Depends on the instance, because instances of one class may stand in different places. */
function termsAt(context: ExecutionContext, guard: AuthenticatingGuard): GuardTerms {
  return termsOf(ownRule(guard), guard[TOOLS].isOfApplication(guard, context), context);
}

/**
 * Nest calls a guard of the whole application once a request. A second call means that the guard also stands at
 * the route or inside a guard of the host.
 */
function asksOf(
  { asks, isLoosened }: GuardTerms,
  guard: AuthenticatingGuard,
  asked: WeakSet<object>,
  context: ExecutionContext,
): AuthenticatedOptions | undefined {
  if (!isLoosened) return asks;
  const call = context.getType() === 'http' ? context : callOf(context);
  if (asked.has(call)) return ownRule(guard).options;
  asked.add(call);
  return asks;
}

/** As `canActivate()` on HTTP, for GraphQL, sockets, and where the host says how to find a credential. */
async function outsideHttp(
  guard: AuthenticatingGuard,
  asks: AuthenticatedOptions,
  context: ExecutionContext,
): Promise<boolean> {
  const { [TOOLS]: tools } = guard;
  try {
    const { request, checked, authenticator } = tools.outsideHttp.asking(context);
    const identity = await identify({ settings: tools.settings, authenticator }, asks, request, context);
    identity?.backend.transport.checkOrigin?.(checked);
    requireOne(identityOf(request), identity);
    rememberFound(request, identity);
    if (identity) await guard[AUTHORIZE](identity, context);
    rememberAt(context, identity);
    return true;
  } catch (error) {
    throw await errorIn(context, error);
  }
}

/** Two guards of a route may accept different backends. A request with two logins is refused. */
function requireOne(former: Identity | undefined, identity: Identity | undefined): void {
  if (former && identity && former !== identity) {
    throw new NotAuthenticatedError(identity.backend.transport.challenge);
  }
}

/** What {@link identify} asks. */
interface Asked {
  authenticator: Pick<Authenticator, 'identify' | 'challenge'>;
  settings: Pick<GuardTools['settings'], 'requireVerification'>;
}

/** @throws {NotAuthenticatedError}, {VerificationRequiredError} if the user may not pass */
export async function identify(
  { authenticator, settings }: Asked,
  { optional = false, verified = settings.requireVerification, backends }: AuthenticatedOptions,
  request: HttpRequest,
  context: ExecutionContext,
): Promise<Identity | undefined> {
  const names = typeof backends === 'function' ? await backendNames(backends, context) : backends;
  const identity = await authenticator.identify(
    request,
    names && ((name) => names.includes(name)),
    loadOptionsOf(context),
  );
  const isUnverified = verified && identity?.user.isVerified === false;

  if (identity && !isUnverified) {
    if (verified) noteRight(identity, { verified: true });
    return identity;
  }
  if (optional) return undefined;
  if (isUnverified) throw new VerificationRequiredError();
  throw new NotAuthenticatedError(authenticator.challenge);
}
