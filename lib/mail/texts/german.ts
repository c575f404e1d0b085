import type { MailTexts } from '../mail-texts.js';

/** In the polite form. */
export const GERMAN: MailTexts = {
  verification: ({ app, validity }) => ({
    subject: 'Bestätigen Sie Ihre E-Mail-Adresse',
    before: [
      'Guten Tag,',
      `bitte bestätigen Sie, dass Sie diese E-Mail-Adresse für Ihr Konto bei ${app} verwenden möchten.`,
    ],
    button: 'E-Mail-Adresse bestätigen',
    after: [
      `Der Link ist ${validity} lang gültig.`,
      'Wenn Sie das nicht angefordert haben, können Sie diese E-Mail ignorieren. Klicken Sie dann nicht auf den Link.',
    ],
  }),
  emailChange: ({ app, validity }) => ({
    subject: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
    before: [
      'Guten Tag,',
      `Sie möchten diese E-Mail-Adresse für Ihr Konto bei ${app} verwenden. Bis Sie die neue Adresse bestätigen, gilt weiterhin die bisherige.`,
    ],
    button: 'Neue Adresse bestätigen',
    after: [
      `Der Link ist ${validity} lang gültig.`,
      'Wenn Sie das nicht angefordert haben, können Sie diese E-Mail ignorieren. Klicken Sie dann nicht auf den Link.',
    ],
  }),
  passwordReset: ({ app, validity }) => ({
    subject: 'Legen Sie ein neues Passwort fest',
    before: [
      'Guten Tag,',
      `über diesen Link können Sie ein neues Passwort für Ihr Konto bei ${app} festlegen.`,
    ],
    button: 'Neues Passwort festlegen',
    after: [
      `Der Link funktioniert nur einmal und ist ${validity} lang gültig. Mit dem neuen Passwort werden Sie auf allen Geräten abgemeldet.`,
      'Wenn Sie das nicht angefordert haben, können Sie diese E-Mail ignorieren. Ihr Passwort bleibt dann unverändert.',
    ],
  }),
  invitation: ({ app, validity }) => ({
    subject: 'Ihr neues Konto',
    before: [
      'Guten Tag,',
      `für Sie wurde ein Konto bei ${app} angelegt. Legen Sie ein Passwort fest, um es zu nutzen.`,
    ],
    button: 'Passwort festlegen',
    after: [
      `Der Link funktioniert nur einmal und ist ${validity} lang gültig.`,
      'Wenn Sie keine Einladung erwartet haben, können Sie diese E-Mail ignorieren.',
    ],
  }),
  emailChangeNotice: ({ app, support }) => ({
    subject: 'Ihre E-Mail-Adresse wurde geändert',
    before: [
      'Guten Tag,',
      `die E-Mail-Adresse Ihres Kontos bei ${app} wurde geändert. E-Mails zu diesem Konto gehen ab jetzt an die neue Adresse.`,
      `Wenn Sie diese Änderung nicht veranlasst haben, wenden Sie sich bitte sofort an uns: ${support}`,
    ],
  }),
  registrationAttempt: ({ app }) => ({
    subject: 'Sie haben bereits ein Konto',
    before: [
      'Guten Tag,',
      `jemand wollte diese E-Mail-Adresse für ein Konto bei ${app} verwenden. Sie haben mit dieser Adresse bereits ein Konto. Daran wurde nichts geändert.`,
      'Wenn Sie es waren, melden Sie sich wie gewohnt an. Falls Sie Ihr Passwort vergessen haben, können Sie dort ein neues festlegen.',
    ],
    button: `Zu ${app}`,
    after: ['Wenn Sie es nicht waren, müssen Sie nichts tun.'],
  }),
  linkHint: 'Falls die Schaltfläche nicht funktioniert, kopieren Sie diese Adresse in Ihren Browser:',
  footer: ({ app }) => `Diese E-Mail von ${app} wurde automatisch versendet.`,
};
