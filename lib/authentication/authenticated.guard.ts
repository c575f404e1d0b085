import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ConfigurationError } from '../common/configuration-error.js';
import { type HttpRequest, responseOf, withHeaders } from '../common/http.js';
import { refuseUnknown } from '../common/option-checks.js';
import { NotAllowedError, NotAuthenticatedError } from '../common/users-error.js';
import { USERS_SETTINGS, type UsersSettings } from '../users/users.settings.js';
import { Authenticator, remember } from './authenticator.js';
import type { Identity } from './backend.js';
import { perHandler } from './per-handler.js';
import { declaredGuards, loadOptionsOf } from './user-load-options.decorator.js';
import { IS_PUBLIC } from './public.decorator.js';

/** Whom {@link Authenticated} lets in. */
export interface AuthenticatedOptions {
  /** Lets anonymous requests pass, with `undefined` for {@link CurrentUser}. Default false. */
  optional?: boolean;
  /** `false` lets in users who are not verified though `requireVerification` is on. Default true. */
  verified?: boolean;
  /** The backends whose credentials count here: their names, or a function of the context that returns them. */
  backends?: readonly string[] | ((context: ExecutionContext) => readonly string[]);
}

/** Marks the guards of this library: each authenticates by itself. */
const AUTHENTICATES = Symbol('nestjs-users: authenticates by itself');

/**
 * The skeleton of every guard of this library: find out who is logged in, once a request; refuse nobody with
 * `401`; leave the rest to {@link authorize}. A guard that fails for any reason lets nobody in.
 */
@Injectable()
export abstract class AuthenticatingGuard implements CanActivate, OnModuleInit {
  static readonly [AUTHENTICATES] = true;
  protected readonly options: AuthenticatedOptions = {};

  @Inject(Authenticator)
  protected readonly authenticator!: Authenticator;

  @Inject(USERS_SETTINGS)
  protected readonly settings!: UsersSettings;

  @Inject(Reflector)
  protected readonly reflector!: Reflector;

  private readonly isOpenTo = perHandler((context) => this.isOpen(context));

  onModuleInit(): void {
    const { backends = [] } = this.options;
    const unknown =
      typeof backends === 'function'
        ? undefined
        : backends.find((name) => !this.authenticator.names.includes(name));
    if (unknown === undefined) return;
    throw new ConfigurationError(
      `Authenticated({ backends }) names ${unknown}; the backends are ${this.authenticator.names.join(', ')}.`,
    );
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.isOpenTo(context)) return true;
    const request = context.switchToHttp().getRequest<HttpRequest>();
    try {
      const identity = await this.identify(request, context);
      remember(request, identity);
      identity?.backend.transport.checkOrigin?.(request);
      if (identity) await this.authorize(identity, context);
      return true;
    } catch (error) {
      throw withHeaders(error, responseOf(context));
    }
  }

  /** Throws what the answer shall be if this user may not pass. */
  protected abstract authorize(identity: Identity, context: ExecutionContext): void | Promise<void>;

  /** As a guard of the whole application it leaves `@Public()` routes open; where it stands by itself, it holds. */
  protected isOpen(context: ExecutionContext): boolean {
    return this.isPublic(context) && !declaredGuards(context).includes(this.constructor);
  }

  protected isPublic(context: ExecutionContext): boolean {
    return this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()]);
  }

  private async identify(request: HttpRequest, context: ExecutionContext): Promise<Identity | undefined> {
    const { optional = false, verified = true, backends } = this.options;
    const names = typeof backends === 'function' ? backends(context) : backends;
    const identity = await this.authenticator.identify(
      request,
      names && ((name) => names.includes(name)),
      loadOptionsOf(context),
    );
    const isUnverified = verified && this.settings.requireVerification && identity?.user.isVerified === false;

    if (identity && !isUnverified) return identity;
    if (optional) return undefined;
    if (isUnverified) throw new NotAllowedError('Confirm your e-mail address first.');
    throw new NotAuthenticatedError(this.authenticator.challenge);
  }
}

const OPTIONS = ['optional', 'verified', 'backends'];
const guards = new Map<string, Type<CanActivate>>();

/**
 * A guard that lets in logged-in users: `401` for nobody, `403` for a user who is not verified where
 * `requireVerification` is on. As a guard of the whole application it leaves `@Public()` routes open, and
 * routes alone that carry another guard of this library.
 */
export function Authenticated(options: AuthenticatedOptions = {}): Type<CanActivate> {
  refuseUnknown('Authenticated()', options, OPTIONS);
  if (typeof options.backends === 'function') return createGuard(options);

  const key = JSON.stringify(options);
  const guard = guards.get(key) ?? createGuard(options);
  guards.set(key, guard);
  return guard;
}

function createGuard(options: AuthenticatedOptions): Type<CanActivate> {
  const isPlain = Object.keys(options).length === 0;

  @Injectable()
  class AuthenticatedGuard extends AuthenticatingGuard {
    protected override readonly options = options;

    protected authorize(): void {}

    protected override isOpen(context: ExecutionContext): boolean {
      return this.isPublic(context) || (isPlain && hasOwnGuard(context, AuthenticatedGuard));
    }
  }
  return named(AuthenticatedGuard, 'Authenticated', options);
}

/** Whether the route says more precisely whom it lets in than a guard of the whole application does. */
function hasOwnGuard(context: ExecutionContext, applicationWide: Type): boolean {
  const declared = declaredGuards(context);
  if (declared.includes(applicationWide)) return false;
  return declared.some((guard) => typeof guard === 'function' && AUTHENTICATES in guard);
}

/** Guards are told apart by name in Nest's own messages. */
export function named<T extends Type>(guard: T, factory: string, options: object): T {
  const given = Object.keys(options).length === 0 ? '' : JSON.stringify(options);
  Object.defineProperty(guard, 'name', { value: `${factory}(${given})` });
  return guard;
}
