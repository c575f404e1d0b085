import type { MailKind } from '../accounts/mailer.js';
import type { HttpRequest } from '../common/http.js';
import type { BaseUser } from '../users/user.entity.js';
import type { MailLayout } from './layout.js';
import type { MailAddress } from './mail-address.js';
import type { MailTexts } from './mail-texts.js';
import type { MailTransport, NodemailerOptions } from './mail-transport.js';

/** What `mailer()` takes. */
export interface MailerOptions<User extends BaseUser = BaseUser> {
  /**
   * How mails leave the application: an SMTP URL, options of nodemailer's `createTransport()`, or
   * [an object with `sendMail()`](../../docs/mail.md#a-transport-of-your-own), such as a transporter of nodemailer or a
   * queue.
   */
  transport: string | MailTransport | NodemailerOptions;
  /** The sender: `'Shop <shop@example.com>'`, or `{ name, address }`. */
  from: string | MailAddress;
  /**
   * The URL of the pages that the links lead to, such as `https://app.example.com`. A link is never built from a
   * request.
   */
  publicUrl: string;
  /**
   * The paths of your pages, each with all that stands between `publicUrl` and the token. A token behind `#` is sent
   * to no server when the page is opened, so no log of a server has it.
   * @default {}
   */
  links?: {
    /**
     * The page that sends the token to `POST /auth/verify`.
     * @default '/verify#token='
     */
    verification?: string;
    /**
     * As `verification`, for a change of the address.
     * @default the value of `links.verification`
     */
    emailChange?: string;
    /**
     * The page that sends the token with a new password to `POST /auth/reset-password`.
     * @default '/reset-password#token='
     */
    passwordReset?: string;
    /**
     * As `passwordReset`, for the first password of an invited user.
     * @default the value of `links.passwordReset`
     */
    invitation?: string;
    /**
     * The page where users log in. It gets no token.
     * @default '/'
     */
    login?: string;
  };
  /**
   * The name of the application, as mails say it.
   * @default the name in `from`, or else the host of `publicUrl`
   */
  appName?: string;
  /**
   * How a user reaches you after a change that they did not want: an address, a telephone number or a URL.
   * @default the address in `from`
   */
  support?: string;
  /**
   * The language of a mail, as a tag such as `de` or `pt-BR`. It may return a promise. For an unknown language, and if it
   * throws, the mail is in English. A stranger may have sent the `request`, so prefer a column of the user.
   * @default English for every user
   */
  locale?: (user: User, request?: HttpRequest) => unknown;
  /**
   * [Your own texts](../../docs/mail.md#your-own-texts), by language: of single mails, or of another language. English
   * (`en`) and German (`de`) have texts.
   * @default {}
   */
  templates?: Readonly<Record<string, Partial<MailTexts<User>>>>;
  /**
   * A function that makes the HTML around the contents: see [A layout](../../docs/mail.md#a-layout-of-your-own).
   * @default a layout without images, for light and dark
   */
  layout?: MailLayout;
}

/** The mails whose link carries a token, and the one that leads to the login. */
export type LinkOfMail = Exclude<MailKind, 'emailChangeNotice' | 'registrationAttempt'> | 'login';
