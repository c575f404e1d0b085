import type { MailKind } from '../accounts/mailer.js';
import type { HttpRequest } from '../common/http.js';
import type { BaseUser } from '../users/user.entity.js';

/** What a template knows of its mail. */
export interface MailContext<User extends BaseUser = BaseUser> {
  user: User;
  /** The request behind the mail; absent in a job. A stranger may have sent it. */
  request: HttpRequest | undefined;
  /** The option `appName`. */
  app: string;
  /** The option `support`. */
  support: string;
  /** How long the link works, in words of the language: `1 hour`. Empty in notices. */
  validity: string;
}

/**
 * The words of one mail, as plain text: the mailer escapes them for HTML, and makes one line of each. A name that a user
 * typed needs no escape, but think before you show it: a stranger who registers another person's address chooses it.
 */
export interface MailText {
  /** It stands in lists of mails and on locked screens, so it says nothing private. */
  subject: string;
  /**
   * The heading.
   * @default subject
   */
  heading?: string;
  /** The paragraphs before the link. */
  before: readonly string[];
  /**
   * The words on the link of the mail. Without them, the mail has no link.
   * @default none
   */
  button?: string;
  /**
   * The paragraphs after the link.
   * @default none
   */
  after?: readonly string[];
}

/** Writes the words of one mail. */
export type MailTemplate<User extends BaseUser = BaseUser> = (mail: MailContext<User>) => MailText;

/** The words of a language: a template for each mail, and what stands in all of them. */
export interface MailTexts<User extends BaseUser = BaseUser> extends Record<MailKind, MailTemplate<User>> {
  /** Stands before the address of the link, which is shown below its button. */
  linkHint: string;
  /** The last line of each mail. */
  footer: (mail: MailContext<User>) => string;
}
