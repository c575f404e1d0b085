import type { HttpRequest } from '../common/http.js';
import type { BaseUser } from '../users/user.entity.js';
import { readMailedToken } from './account-tokens.js';

/**
 * The kinds of mails. `emailChange` asks a new address whether it belongs to the user; `emailChangeNotice` tells the
 * former address about the change.
 */
export type MailKind =
  | 'verification'
  | 'emailChange'
  | 'passwordReset'
  | 'invitation'
  | 'emailChangeNotice'
  | 'registrationAttempt';

/** A mail that is due. */
export interface DueMail {
  kind: MailKind;
  /** The address that the mail goes to. */
  to: string;
  user: BaseUser;
  /** Absent in notices. */
  token?: string;
  /** How long the token is valid, from the moment it was made. Absent in notices. */
  lifetimeSeconds?: number;
  /** The request behind the mail; absent in a job. */
  request: HttpRequest | undefined;
}

/** The value of the option `mailer`: `mailer()` of `nestjs-users/mail` makes it. It sends every mail. */
export abstract class Mailer {
  abstract send(mail: DueMail): Promise<void>;

  /**
   * Called once, at boot.
   * @throws {ConfigurationError}
   */
  abstract open(): Promise<void>;

  /** Called at the shutdown, when no mail is under way any more. */
  abstract close(): void;
}

export const MAILER = Symbol('nestjs-users: mailer');

/** The mail that carries a token. The token itself says which mail that is. */
export function mailOfToken(user: BaseUser, token: string, request: HttpRequest | undefined): DueMail {
  return { ...readMailedToken(token), to: user.email, user, token, request };
}
