import { Authenticator, BACKENDS } from '../authentication/authenticator.js';
import type { Backend, Identity } from '../authentication/backend.js';
import type { HttpRequest } from '../common/http.js';
import type { BaseUser } from '../users/user.entity.js';
import { fakeIdentity } from './fake-identity.js';
import type { ModuleBuilder } from './module-builder.js';
import { refuseOutsideTests } from './tests-only.js';

/** A user without a row. The guards read only the fields that they need, such as `isSuperuser` or `roles`. */
export type FakeUser = { id: BaseUser['id'] } & Partial<Omit<BaseUser, 'id'>> &
  Readonly<Record<string, unknown>>;

type FindUser = (request: HttpRequest) => object | undefined | Promise<object | undefined>;

/**
 * Makes every request come from this user, whatever it carries. All guards stay, `protectAll` included, and judge the user:
 * `Superuser()` refuses who is no superuser, a role guard reads `user.roles`, and an inactive user is nobody.
 * @param who the user, or a function that finds the user of a request; `undefined` is an anonymous request
 * @returns the builder
 * @throws {ConfigurationError} if `NODE_ENV` is set, and is neither `test` nor `development`
 * @example await fakeCurrentUser(Test.createTestingModule({ imports: [AppModule] }), ada).compile();
 */
export function fakeCurrentUser<Builder extends ModuleBuilder>(
  builder: Builder,
  who: BaseUser | FakeUser | FindUser,
): Builder {
  refuseOutsideTests('fakeCurrentUser');
  const find: FindUser = typeof who === 'function' ? who : () => who;
  builder.overrideProvider(Authenticator).useFactory({
    inject: [BACKENDS],
    factory: (backends: readonly Backend[]) => new FakeAuthenticator(backends, find),
  });
  return builder;
}

/** Every guard of this library asks the Authenticator, so all of them see the same user. */
class FakeAuthenticator extends Authenticator {
  private readonly users = new WeakMap<HttpRequest, Promise<object | undefined>>();
  private readonly identities = new WeakMap<HttpRequest, Map<string, Identity>>();

  constructor(
    private readonly all: readonly Backend[],
    private readonly ask: FindUser,
  ) {
    super(all);
  }

  override async identify(
    request: HttpRequest,
    isAllowed: (backend: string) => boolean = () => true,
  ): Promise<Identity | undefined> {
    const backend = this.all.find(({ name }) => isAllowed(name));
    // The fields that a test leaves out are missing.
    const user: Partial<BaseUser> | undefined = await this.userOf(request);
    if (!backend || !user || user.isActive === false) return undefined;
    const known = this.identities.get(request) ?? new Map<string, Identity>();
    this.identities.set(request, known);
    const identity = known.get(backend.name) ?? fakeIdentity(user as BaseUser, backend);
    known.set(backend.name, identity);
    return identity;
  }

  /** Once a request, so that all of its guards see the same object. */
  private userOf(request: HttpRequest): Promise<object | undefined> {
    const found = this.users.get(request) ?? Promise.resolve(this.ask(request));
    this.users.set(request, found);
    return found;
  }
}
