import { UsersService } from 'nestjs-users';
import { mailer, type MailerOptions } from 'nestjs-users/mail';
import type { HostOptions } from './host.js';

export const PUBLIC_URL = 'https://shop.example.com/account';

/** As in a service that overrides no hook: those of the harness send to its outbox. */
const NO_HOOKS = Object.fromEntries(
  (
    [
      'sendVerificationToken',
      'sendPasswordResetToken',
      'sendEmailChangeNotice',
      'sendRegistrationAttempt',
    ] as const
  ).map((hook) => [hook, UsersService.prototype[hook]]),
) as NonNullable<HostOptions['hooks']>;

export const mailerTo = (transport: MailerOptions['transport'], options: Partial<MailerOptions> = {}) =>
  mailer({ transport, from: 'Shop <shop@example.com>', publicUrl: PUBLIC_URL, ...options });

/** A host whose mails leave by the mailer. */
export const mailing = (
  transport: MailerOptions['transport'],
  options: Partial<MailerOptions> = {},
  more: HostOptions = {},
): HostOptions => ({ mailer: mailerTo(transport, options), hooks: NO_HOOKS, ...more });
