import { ConfigurationError } from '../../common/configuration-error.js';
import { requireWholeNumber } from '../../common/option-checks.js';
import { keysOf } from '../../common/option-keys.js';
import type { LoadOptions } from '../../users/load-options.js';
import type { BaseUser } from '../../users/user.entity.js';
import type { Credential, Identity, IssuedToken, Login, Strategy } from '../backend.js';
import type { StrategyContext, StrategyDefinition } from '../backend.options.js';
import { LoginSessions } from '../sessions/login-sessions.js';
import type { SessionsRepository } from '../sessions/sessions.repository.js';
import { lifetimeOf, remainingSeconds } from './lifetime.js';
import { randomToken, tokenHash } from './opaque-token.js';
import type { DatabaseOptions } from './strategy.options.js';

/** Random tokens. The hash of each is a row of `entities.session`. A logout deletes the row. */
export const database = (options: DatabaseOptions = {}): StrategyDefinition => ({
  kind: 'database',
  options,
  settings: keysOf<DatabaseOptions>({ lifetimeSeconds: true, idleSeconds: true }),
  create(context) {
    const { backend, sessions, settings } = context;
    if (!sessions) {
      throw new ConfigurationError(
        `backends.${backend}: database() needs entities.session, your entity that extends UuidSession or IntSession.`,
      );
    }
    const lifetimeSeconds = lifetimeOf(context);
    const idleSeconds = idleOf(backend, settings, lifetimeSeconds);
    return new DatabaseStrategy(context, sessions, lifetimeSeconds, idleSeconds);
  },
});

const SHORTEST_IDLE_SECONDS = 120;

function idleOf(
  backend: string,
  { idleSeconds }: DatabaseOptions,
  lifetimeSeconds: number,
): number | undefined {
  if (idleSeconds === undefined) return undefined;
  const most = Math.max(SHORTEST_IDLE_SECONDS, lifetimeSeconds);
  return requireWholeNumber(`backends.${backend}.idleSeconds`, idleSeconds, SHORTEST_IDLE_SECONDS, most);
}

class DatabaseStrategy implements Strategy {
  readonly keepsSessions = true;
  private readonly logins: LoginSessions;

  constructor(
    private readonly context: StrategyContext,
    private readonly sessions: SessionsRepository,
    private readonly lifetimeSeconds: number,
    idleSeconds: number | undefined,
  ) {
    this.logins = new LoginSessions(sessions, context, { lifetimeSeconds, idleSeconds });
  }

  async issue(user: BaseUser, login: Login): Promise<IssuedToken> {
    const token = randomToken();
    await this.logins.open(user, login, tokenHash(this.context.backend, token) ?? null);
    return { token, lifetimeSeconds: remainingSeconds(login, this.lifetimeSeconds) };
  }

  async identify(token: string, load?: LoadOptions): Promise<Credential | undefined> {
    const hash = tokenHash(this.context.backend, token);
    const owner = hash === undefined ? undefined : await this.sessions.findByTokenHash(hash, load);
    return owner && this.logins.credential(owner);
  }

  async revoke({ user, session }: Identity): Promise<void> {
    await this.sessions.delete(user.id, session?.id);
  }
}
