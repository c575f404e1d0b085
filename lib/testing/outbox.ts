import { HostMoments, type Moments } from '../accounts/moments.js';
import type { TokenPurpose } from '../accounts/account-tokens.js';
import { settled } from '../common/background.js';
import type { BaseUser } from '../users/user.entity.js';
import type { RunningApplication } from './acting-as.js';
import { refuseOutsideTests } from './tests-only.js';

/** A mail that was due, in place of the call of a `send…` hook. */
export interface CapturedMail {
  /**
   * `verification` for `sendVerificationToken`, `reset-password` for `sendPasswordResetToken`, which also sends invitations,
   * `email-change-notice` and `registration-attempt` for the hooks of these names.
   */
  kind: TokenPurpose | 'email-change-notice' | 'registration-attempt';
  /** The address that the mail goes to. */
  to: string;
  /** The user, as the hook gets it. */
  user: BaseUser;
  /** Only in mails that have one. */
  token?: string;
}

/** A mail with a token. */
export interface CapturedToken extends CapturedMail {
  kind: TokenPurpose;
  token: string;
}

/** The mails of an application under test. */
export interface Outbox {
  /** All mails since {@link captureMails}, the oldest first. */
  readonly mails: readonly CapturedMail[];
  /**
   * Waits until no mail is under way, and takes the oldest mail of this kind that no call has taken yet.
   * @param to only a mail to this address; default: any
   * @throws {Error} if there is none, with a list of the mails that there are
   */
  next(kind: TokenPurpose, to?: string): Promise<CapturedToken>;
  next(kind: CapturedMail['kind'], to?: string): Promise<CapturedMail>;
  /** Gives the mails back to the hooks of the application. */
  restore(): void;
}

/**
 * Puts mails into an outbox instead of calling the `send…` hooks of the application's service, also of a request-scoped one.
 * Only this application is changed. If it is called again, the new outbox gets the mails from then on.
 * @example
 * const outbox = captureMails(app);
 * await request(app.getHttpServer()).post('/auth/forgot-password').send({ email: 'ada@example.com' });
 * const { token } = await outbox.next('reset-password', 'ada@example.com');
 */
export function captureMails(app: RunningApplication): Outbox {
  refuseOutsideTests('captureMails');
  const moments = app.get(HostMoments, { strict: false });
  const outbox = new CapturingOutbox(app, () => {
    if (moments.of === capturing) Reflect.deleteProperty(moments, 'of');
  });
  const capturing: HostMoments['of'] = (host, request) =>
    captured(HostMoments.prototype.of.call(moments, host as never, request) as never, outbox);
  moments.of = capturing;
  return outbox;
}

class CapturingOutbox implements Outbox {
  readonly mails: CapturedMail[] = [];
  private readonly untaken = new Set<CapturedMail>();

  constructor(
    private readonly app: RunningApplication,
    readonly restore: () => void,
  ) {}

  add(mail: CapturedMail): void {
    this.mails.push(mail);
    this.untaken.add(mail);
  }

  async next(kind: TokenPurpose, to?: string): Promise<CapturedToken> {
    await settled(this.app);
    const mail = [...this.untaken].find((each) => each.kind === kind && (to === undefined || each.to === to));
    if (!mail) throw this.nothing(kind, to);
    this.untaken.delete(mail);
    return mail as CapturedToken;
  }

  private nothing(kind: string, to: string | undefined): Error {
    const left = [...this.untaken].map((each) => `${each.kind} to ${each.to}`).join(', ');
    return new Error(`No mail ${kind}${to ? ` to ${to}` : ''} is in the outbox, only: ${left || 'nothing'}.`);
  }
}

function captured<User extends BaseUser>(moments: Moments<User>, outbox: CapturingOutbox): Moments<User> {
  const sends: Pick<
    Moments<User>,
    'sendTokenWithoutEvent' | 'sendEmailChangeNotice' | 'sendRegistrationAttempt'
  > = {
    async sendTokenWithoutEvent(kind, user, makeToken) {
      outbox.add({ kind, to: user.email, user, token: await makeToken() });
    },
    async sendEmailChangeNotice(user, previousEmail) {
      outbox.add({ kind: 'email-change-notice', to: previousEmail, user });
    },
    async sendRegistrationAttempt(user) {
      outbox.add({ kind: 'registration-attempt', to: user.email, user });
    },
  };
  return Object.assign(moments, sends);
}
