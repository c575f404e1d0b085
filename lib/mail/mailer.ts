import { Logger } from '@nestjs/common';
import { type DueMail, Mailer } from '../accounts/mailer.js';
import { placesOf } from '../common/background.js';
import type { BaseUser } from '../users/user.entity.js';
import { DEFAULT_LANGUAGE, durationIn } from './languages.js';
import { htmlOf, type MailParts, textOf } from './layout.js';
import { recipientOf } from './mail-address.js';
import type { MailContext } from './mail-texts.js';
import { isOwn, type MailMessage, withoutContents } from './mail-transport.js';
import type { MailerOptions } from './mailer.options.js';
import { type MailerSettings, resolveMailer } from './mailer.settings.js';
import { subjectOf } from './plain-text.js';

/**
 * Sends the mails of every feature, for the module's option `mailer`: with text and HTML, in English, German, and languages
 * of your own. A `send…` hook that your service overrides takes the place of its mail.
 * @example
 * mailer({ transport: process.env.SMTP_URL!, from: 'Shop <shop@example.com>', publicUrl: 'https://shop.example.com' })
 * @throws {ConfigurationError} with one sentence that names the option and what to change
 */
export function mailer<User extends BaseUser = BaseUser>(options: MailerOptions<User>): Mailer {
  return new TemplateMailer(resolveMailer(options));
}

class TemplateMailer extends Mailer {
  /** Private at run time, too: the transport has a password. */
  readonly #settings: MailerSettings;
  private readonly logger = new Logger('UsersModule');

  constructor(settings: MailerSettings) {
    super();
    this.#settings = settings;
  }

  async open(): Promise<void> {
    const { transport } = this.#settings;
    if (isOwn(transport)) await transport.open();
  }

  close(): void {
    const { transport } = this.#settings;
    if (isOwn(transport)) transport.close();
  }

  /** @throws an error without any part of the mail */
  async send(mail: DueMail): Promise<void> {
    const message = await this.compose(mail);
    await withoutContents(() => this.#settings.transport.sendMail(message));
  }

  private async compose(mail: DueMail): Promise<MailMessage> {
    const { from, layout } = this.#settings;
    const to = recipientOf(mail.to);
    const locale = await this.localeOf(mail);
    const { parts, html } = writtenBy(() => {
      const written = this.write(mail, locale);
      return { parts: written, html: htmlOf(written, layout) };
    });
    return {
      from,
      to,
      subject: subjectOf(parts.subject),
      text: textOf(parts),
      html,
      headers: headersOf(parts.language),
      disableFileAccess: true,
      disableUrlAccess: true,
    };
  }

  private write(mail: DueMail, locale: unknown): MailParts {
    const { app, support, languages, publicUrl } = this.#settings;
    const { kind, user, request, lifetimeSeconds } = mail;
    const needed = [kind, 'linkHint', 'footer'] as const;
    const { language, texts } = languages.find(locale, ...needed);
    const validity = lifetimeSeconds === undefined ? '' : durationIn(language, lifetimeSeconds);
    const context: MailContext<never> = { user: user as never, request, app, support, validity };
    const text = texts[kind](context);
    const link = text.button === undefined ? undefined : this.linkOf(mail);
    return {
      ...text,
      ...{ language, link, app, publicUrl },
      linkHint: texts.linkHint,
      footer: texts.footer(context),
    };
  }

  /** A mail in the wrong language is better than none. */
  private async localeOf({ user, request }: DueMail): Promise<unknown> {
    try {
      return await this.#settings.locale(user, request);
    } catch {
      this.logger.warn(`mailer.locale failed, so the mail is in ${DEFAULT_LANGUAGE}.`);
      return undefined;
    }
  }

  private linkOf({ kind, token }: DueMail): string | undefined {
    const { publicUrl, links } = this.#settings;
    if (kind === 'emailChangeNotice') return undefined;
    if (kind === 'registrationAttempt') return `${publicUrl}${links.login}`;
    return `${publicUrl}${links[kind]}${encodeURIComponent(token ?? '')}`;
  }
}

/** @throws an error without its message: templates and layouts of a host get the link, and an error may quote it */
function writtenBy<T>(write: () => T): T {
  try {
    return write();
  } catch (error) {
    // oxlint-disable-next-line preserve-caught-error -- its message may hold the link
    throw new Error(`A template or the layout failed: ${placesOf(error)}`);
  }
}

/** So that no vacation responder answers (RFC 3834; the second field is Microsoft's), and readers know the language. */
const headersOf = (language: string): MailMessage['headers'] => ({
  'Auto-Submitted': 'auto-generated',
  'X-Auto-Response-Suppress': 'All',
  'Content-Language': language,
});
