import type { MailTexts } from '../mail-texts.js';

/** The default. */
export const ENGLISH: MailTexts = {
  verification: ({ app, validity }) => ({
    subject: 'Confirm your e-mail address',
    before: ['Hello,', `Please confirm that you want to use this e-mail address for your account at ${app}.`],
    button: 'Confirm this address',
    after: [
      `The link works for ${validity}.`,
      'If you did not ask for this, you can ignore this e-mail. Do not click the link.',
    ],
  }),
  emailChange: ({ app, validity }) => ({
    subject: 'Confirm your new e-mail address',
    before: [
      'Hello,',
      `You want to use this e-mail address for your account at ${app}. Your account keeps its present address until you confirm the new one.`,
    ],
    button: 'Confirm the new address',
    after: [
      `The link works for ${validity}.`,
      'If you did not ask for this, you can ignore this e-mail. Do not click the link.',
    ],
  }),
  passwordReset: ({ app, validity }) => ({
    subject: 'Set a new password',
    before: ['Hello,', `Use this link to set a new password for your account at ${app}.`],
    button: 'Set a new password',
    after: [
      `The link works once, and for ${validity}. A new password ends every login to your account.`,
      'If you did not ask for this, you can ignore this e-mail. Your password stays as it is.',
    ],
  }),
  invitation: ({ app, validity }) => ({
    subject: 'Your new account',
    before: ['Hello,', `An account at ${app} was created for you. Set a password to use it.`],
    button: 'Set a password',
    after: [
      `The link works once, and for ${validity}.`,
      'If you did not expect an invitation, you can ignore this e-mail.',
    ],
  }),
  emailChangeNotice: ({ app, support }) => ({
    subject: 'Your e-mail address was changed',
    before: [
      'Hello,',
      `The e-mail address of your account at ${app} was changed. From now on, e-mails for this account go to the new address.`,
      `If you did not make this change, please contact us at once: ${support}`,
    ],
  }),
  registrationAttempt: ({ app }) => ({
    subject: 'You already have an account',
    before: [
      'Hello,',
      `Somebody tried to use this e-mail address for an account at ${app}. You already have an account with this address, and nothing was changed.`,
      'If it was you, log in as usual. If you forgot your password, you can set a new one there.',
    ],
    button: `Go to ${app}`,
    after: ['If it was not you, you do not need to do anything.'],
  }),
  linkHint: 'If the button does not work, copy this address into your browser:',
  footer: ({ app }) => `This e-mail from ${app} was sent automatically.`,
};
