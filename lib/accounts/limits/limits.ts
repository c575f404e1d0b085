import { Logger } from '@nestjs/common';
import { stackOf } from '../../common/background.js';
import { clientAddress, clientNetwork } from '../../common/client-address.js';
import type { HttpRequest } from '../../common/http.js';
import { Redis, type RedisClient } from '../../common/redis.js';
import { CodedError } from '../../common/users-error.js';
import { accountsOf } from '../../users/identifiers.js';
import type { BaseUser } from '../../users/user.entity.js';
import type { AccountsSettings } from '../accounts.settings.js';
import { Counter } from './counter.js';
import { createKnownClients, type KnownClients } from './known-clients.js';
import type { LimitName } from './limits.options.js';

/**
 * A client or an account has reached a [limit](../../../docs/limits.md). The library did not check the attempt.
 * `Retry-After` says when the window of the limit ends.
 */
export class TooManyAttemptsError extends CodedError {
  constructor(readonly retryAfterSeconds: number) {
    super('TOO_MANY_ATTEMPTS');
  }

  override get headers() {
    return { 'Retry-After': String(this.retryAfterSeconds) };
  }
}

/** A limit and the subject that is counted. */
type Count = readonly [LimitName, string];

/**
 * Counts attempts before they are processed, so that many parallel attempts get no further than many in a row.
 * A call without a request, from a job or a command line, is not counted.
 */
export class Limits {
  private readonly counters = new Map<LimitName, Counter>();
  /** Set only if logins to an account are limited, because nothing else needs it. */
  private readonly knownClients: KnownClients | undefined;
  private readonly trustedProxies: number;
  private readonly identifiers: readonly string[];
  private readonly logger = new Logger('UsersModule');
  private hasWarned = false;

  /** @param injected the client that Nest injected, if `limits.redis` is a token */
  constructor({ limits: settings, trustedProxies, identifiers }: AccountsSettings, injected?: RedisClient) {
    const { prefix, limits } = settings;
    const client = settings.redis();
    const redis = client === undefined ? undefined : Redis.from(client, injected, 'limits.redis');
    for (const [name, limit] of Object.entries(limits)) {
      if (limit) this.counters.set(name as LimitName, Counter.create(name, limit, redis, prefix));
    }
    if (this.counters.has('accountLogins')) this.knownClients = createKnownClients(redis, prefix);
    this.trustedProxies = trustedProxies;
    this.identifiers = identifiers;
  }

  /**
   * Counts an attempt to log in, and uncounts it if the password was right or could not be checked. It does not
   * make the client known. Only {@link loggedIn} does that, after everything that could refuse the login.
   * @param account the normalized identifier; all malformed identifiers count as one account
   * @param judge returns the result of a right password, `undefined` for a wrong one. An error means neither,
   * such as a right password for an account that may not log in yet
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
    const isKnown = await this.isKnown(account ?? '', client);
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
    return result;
  }

  /**
   * Notes the client of a completed login. From now on, failed logins of other clients do not lock this client
   * out.
   */
  async loggedIn(user: BaseUser, request: HttpRequest): Promise<void> {
    for (const account of accountsOf(user, { identifiers: this.identifiers }))
      await this.knownClients?.note(account, this.client(request));
  }

  /**
   * Forgets the known clients of a user, because the password, the identifier or the owner has changed and they
   * may belong to another person. The change is already stored, so a failure here is only logged.
   */
  async forgetClientsOf(user: BaseUser): Promise<void> {
    try {
      for (const account of accountsOf(user, { identifiers: this.identifiers }))
        await this.knownClients?.forget(account);
    } catch (error) {
      this.logger.error('Forgetting known clients failed', stackOf(error));
    }
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
   * Counts a request for a mail to an address, whether a user has it or not.
   * @throws {TooManyAttemptsError}
   */
  async mailRequest(address: string, request: HttpRequest | undefined): Promise<void> {
    if (!request) return;
    await this.take('mailRequests', this.client(request));
    await this.take('mails', address);
  }

  /**
   * Counts a mail that an authorized user sends to an address.
   * @throws {TooManyAttemptsError}
   */
  async mail(address: string, request: HttpRequest | undefined): Promise<void> {
    if (request) await this.take('mails', address);
  }

  /**
   * Whether a mail that belongs to another request may be sent to this address.
   * @param notice the name of a notice about a completed change; each notice has its own limit
   */
  async mayMail(address: string, request: HttpRequest | undefined, notice?: string): Promise<boolean> {
    if (!request) return true;
    const [name, subject] =
      notice === undefined
        ? (['mails', address] as const)
        : (['notices', JSON.stringify([notice, address])] as const);
    return !((await this.counters.get(name)?.take(subject)) ?? 0);
  }

  private async isKnown(account: string, client: string): Promise<boolean> {
    return (await this.knownClients?.knows(account, client)) ?? false;
  }

  /** Counts all or none. An attempt that one limit refuses does not count towards the others. */
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
      'A request has the header X-Forwarded-For, but trustedProxies is 0: if the request came through a proxy, all clients count as one client.',
    );
  }

  private async take(name: LimitName, subject: string): Promise<void> {
    const milliseconds = (await this.counters.get(name)?.take(subject)) ?? 0;
    if (milliseconds > 0) throw new TooManyAttemptsError(Math.ceil(milliseconds / 1000));
  }
}
