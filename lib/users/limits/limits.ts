import { Logger } from '@nestjs/common';
import { clientAddress, clientNetwork } from '../../common/client-address.js';
import type { HttpRequest } from '../../common/http.js';
import { Redis, type RedisClient } from '../../common/redis.js';
import { UsersError } from '../../common/users-error.js';
import type { UsersSettings } from '../users.settings.js';
import { Counter } from './counter.js';
import type { LimitName } from './limits.options.js';

/** Somebody guesses, or asks for mails, too often. Nothing was judged. */
export class TooManyAttemptsError extends UsersError {
  constructor(readonly retryAfterSeconds: number) {
    super('TOO_MANY_ATTEMPTS');
  }

  override get headers() {
    return { 'Retry-After': String(this.retryAfterSeconds) };
  }
}

/** A limit, and who or what is counted. */
type Count = readonly [LimitName, string];

/** Node's timers hold no month; two weeks of absence are enough to be a stranger again. */
const KNOWN_CLIENT = { attempts: 1, windowSeconds: 14 * 86_400 };

/**
 * Attempts are counted before they are judged, so that many at once get no further than many in turn. What comes
 * without a request, from a job or a command line, is not counted.
 */
export class Limits {
  private readonly counters = new Map<LimitName, Counter>();
  /** Which clients have logged in to which accounts: no flood of guesses from elsewhere keeps them out. */
  private readonly knownClients: Counter;
  private readonly trustedProxies: number;
  private readonly logger = new Logger('UsersModule');
  private hasWarned = false;

  /** @param injected the client, where `limits.store` is a token */
  constructor({ limits: settings, trustedProxies }: UsersSettings, injected: RedisClient | undefined) {
    const { store, prefix, limits } = settings;
    const redis = store === undefined ? undefined : Redis.from(store, injected, 'limits.store');
    for (const [name, limit] of Object.entries(limits)) {
      if (limit) this.counters.set(name as LimitName, Counter.create(name, limit, redis, prefix));
    }
    this.knownClients = Counter.create('knownClients', KNOWN_CLIENT, redis, prefix);
    this.trustedProxies = trustedProxies;
  }

  /**
   * Counts a guess at a password, and takes the count back if the guess was right, or could not be judged.
   * @param account the identifier, normalised; all that can be nobody's are one
   * @param judge what the guess proves to be right for; `undefined` if it is wrong
   * @throws {TooManyAttemptsError}
   */
  async guess<T>(
    account: string | undefined,
    request: HttpRequest | undefined,
    judge: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    if (!request || this.counters.size === 0) return judge();
    const client = this.client(request);
    const accountThere = JSON.stringify([account, client]);
    const isKnown = await this.knownClients.knows(accountThere);
    const counted = await this.takeAll([
      ['clientLogins', client],
      ['login', accountThere],
      ...(isKnown ? [] : [['accountLogins', account ?? ''] as const]),
    ]);

    const result = await judge().catch(async (error: unknown) => {
      await this.giveBack(counted);
      throw error;
    });
    if (result === undefined) return undefined;

    await this.giveBack(counted.filter(([name]) => name !== 'login'));
    await this.counters.get('login')?.forget(accountThere);
    await this.knownClients.note(accountThere);
    return result;
  }

  /** @throws {TooManyAttemptsError} */
  async registration(request: HttpRequest | undefined): Promise<void> {
    if (request) await this.take('registrations', this.client(request));
  }

  /** @throws {TooManyAttemptsError} */
  async passwordReset(request: HttpRequest | undefined): Promise<void> {
    if (request) await this.take('passwordResets', this.client(request));
  }

  /**
   * Somebody asks for a mail to an address, whether it is a user's or not.
   * @throws {TooManyAttemptsError}
   */
  async mailRequest(address: string, request: HttpRequest | undefined): Promise<void> {
    if (!request) return;
    await this.take('mailRequests', this.client(request));
    await this.take('mails', address);
  }

  /**
   * Somebody who may has a mail sent to an address.
   * @throws {TooManyAttemptsError}
   */
  async mail(address: string, request: HttpRequest | undefined): Promise<void> {
    if (request) await this.take('mails', address);
  }

  /** Whether a mail that nobody asked for by itself may go to this address. */
  async mayMail(address: string, request: HttpRequest | undefined): Promise<boolean> {
    return !request || !((await this.counters.get('mails')?.take(address)) ?? 0);
  }

  /** All or none: what is not judged because of one count takes nothing of the others. */
  private async takeAll(counts: readonly Count[]): Promise<readonly Count[]> {
    for (const [index, [name, subject]] of counts.entries()) {
      try {
        await this.take(name, subject);
      } catch (refusal) {
        await this.giveBack(counts.slice(0, index));
        throw refusal;
      }
    }
    return counts;
  }

  private async giveBack(counted: readonly Count[]): Promise<void> {
    for (const [name, subject] of counted) await this.counters.get(name)?.giveBack(subject);
  }

  private client(request: HttpRequest): string {
    if (this.trustedProxies === 0 && request.headers['x-forwarded-for'] !== undefined) this.warnOfProxy();
    return clientNetwork(clientAddress(request, this.trustedProxies));
  }

  private warnOfProxy(): void {
    if (this.hasWarned) return;
    this.hasWarned = true;
    this.logger.warn(
      'A request carries X-Forwarded-For, and trustedProxies is 0: if it came through a proxy, all clients count as one.',
    );
  }

  private async take(name: LimitName, subject: string): Promise<void> {
    const milliseconds = (await this.counters.get(name)?.take(subject)) ?? 0;
    if (milliseconds > 0) throw new TooManyAttemptsError(Math.ceil(milliseconds / 1000));
  }
}
