import { Injectable } from '@nestjs/common';
import { type HttpRequest, type BaseUser, UsersService } from 'nestjs-users';

export interface Mail {
  kind: 'verification' | 'password-reset' | 'registration-attempt' | 'email-change-notice';
  to: string;
  token: string;
}

/** The mails that the host under test sent. */
export class Outbox {
  readonly mails: Mail[] = [];

  /** The newest mail, to this address or to any. */
  last(to?: string): Mail {
    const mail = this.mails.findLast((each) => to === undefined || each.to === to);
    if (!mail) throw new Error(`There is no mail${to ? ` to ${to}` : ''}.`);
    return mail;
  }
}

/** A host's service as any host writes it, with a mailer of its own injected. */
@Injectable()
export class AppUsersService extends UsersService {
  constructor(protected readonly outbox: Outbox) {
    super();
  }

  override sendVerificationToken(user: BaseUser, token: string, _request?: HttpRequest): unknown {
    return this.outbox.mails.push({ kind: 'verification', to: user.email, token });
  }

  override sendPasswordResetToken(user: BaseUser, token: string, _request?: HttpRequest): unknown {
    return this.outbox.mails.push({ kind: 'password-reset', to: user.email, token });
  }

  override sendEmailChangeNotice(_user: BaseUser, previousEmail: string): unknown {
    return this.outbox.mails.push({ kind: 'email-change-notice', to: previousEmail, token: '' });
  }

  override sendRegistrationAttempt(user: BaseUser, _request?: HttpRequest): unknown {
    return this.outbox.mails.push({ kind: 'registration-attempt', to: user.email, token: '' });
  }
}
