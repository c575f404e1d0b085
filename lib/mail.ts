// Mails of every feature: the module's option `mailer: mailer({ … })`
export { mailer } from './mail/mailer.js';
export type { MailerOptions } from './mail/mailer.options.js';
export type { MailKind } from './accounts/mailer.js';

// Transports
export {
  type MailMessage,
  mailTransport,
  type MailTransport,
  type NodemailerOptions,
  type OwnTransport,
} from './mail/mail-transport.js';
export type { MailAddress } from './mail/mail-address.js';

// Texts and layouts
export type { MailContext, MailTemplate, MailText, MailTexts } from './mail/mail-texts.js';
export { defaultLayout, type MailLayout, type MailPage } from './mail/layout.js';
