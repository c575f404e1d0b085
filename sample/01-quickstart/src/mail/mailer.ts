import { mailer as createMailer, type MailerOptions } from 'nestjs-users/mail';
import { baseUrl, smtpUrl } from '../configuration.js';

/** Prints mails instead of sending them: whoever tries the sample out pastes the command. */
const printed: MailerOptions['transport'] = {
  sendMail({ to, subject, text }) {
    const [, page, token] = /\/(verify|reset-password)#token=(\S+)/.exec(text) ?? [];
    const body = page === 'verify' ? { token } : { token, password: 'choose-a-new-password' };
    console.log(`
✉  To ${to.address}: ${subject}

curl ${baseUrl}/auth/${page} --json '${JSON.stringify(body)}'
`);
  },
};

/** The mails of every feature. Their links lead to pages of a front end, which this sample has not. */
export const mailer = createMailer({
  transport: smtpUrl ?? printed,
  from: 'Quickstart <quickstart@example.com>',
  publicUrl: baseUrl,
});
