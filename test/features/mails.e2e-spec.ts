import { type Host, onEachHost, PASSWORD } from '../support/host.js';
import { linksOf, Mailbox, type ReceivedMail, tokenOf } from '../support/mailbox.js';
import { mailing, PUBLIC_URL } from '../support/mailing-hosts.js';

const ADA = 'ada@example.com';
const NEW = 'lovelace@example.com';

/** The subject, and words of the body, of each mail. */
const WORDS = {
  en: {
    verification: ['Confirm your e-mail address', 'The link works for 1 hour.'],
    emailChange: ['Confirm your new e-mail address', 'until you confirm the new one'],
    passwordReset: ['Set a new password', 'The link works once, and for 1 hour.'],
    invitation: ['Your new account', 'The link works once, and for 7 days.'],
    emailChangeNotice: ['Your e-mail address was changed', 'contact us at once: shop@example.com'],
    registrationAttempt: ['You already have an account', 'nothing was changed'],
  },
  de: {
    verification: ['Bestätigen Sie Ihre E-Mail-Adresse', 'Der Link ist 1 Stunde lang gültig.'],
    emailChange: ['Bestätigen Sie Ihre neue E-Mail-Adresse', 'gilt weiterhin die bisherige'],
    passwordReset: ['Legen Sie ein neues Passwort fest', 'nur einmal und ist 1 Stunde lang gültig'],
    invitation: ['Ihr neues Konto', 'nur einmal und ist 7 Tage lang gültig'],
    emailChangeNotice: ['Ihre E-Mail-Adresse wurde geändert', 'sofort an uns: shop@example.com'],
    registrationAttempt: ['Sie haben bereits ein Konto', 'Daran wurde nichts geändert.'],
  },
} as const;

onEachHost((boot) => {
  let mailbox: Mailbox;
  beforeEach(async () => {
    mailbox = await Mailbox.open();
  });
  afterEach(() => mailbox.close());

  describe.each(['en', 'de'] as const)('in %s', (language) => {
    const words = WORDS[language];
    const start = (more: Parameters<typeof boot>[0] = {}) =>
      boot(mailing(mailbox.url, { locale: () => language }, more));

    async function received(host: Host, to: string, kind: keyof typeof words): Promise<ReceivedMail> {
      await host.settled();
      const mail = mailbox.last(to);
      const [subject, sentence] = words[kind];
      expect(mail.parsed.subject).toBe(subject);
      expect(mail.parsed.text).toContain(sentence);
      expect(mail.parsed.html).toContain(sentence);
      expect(mail.parsed.html).toContain(`<html lang="${language}" dir="ltr">`);
      expect(mail.parsed.headers.get('content-language')).toBe(language);
      expect(mail.parsed.headers.get('auto-submitted')).toBe('auto-generated');
      expect(mail.parsed.from?.text).toBe('"Shop" <shop@example.com>');
      expect([mail.recipients, mail.sender]).toEqual([[to], 'shop@example.com']);
      return mail;
    }

    /** The same link in both parts, which leads to the page that is due. */
    function tokenBehind(mail: ReceivedMail, page: string, host: Host): string {
      const { text, html } = linksOf(mail, PUBLIC_URL);
      expect(new Set([...text, ...html])).toEqual(new Set([text[0]]));
      expect([text.length, html.length]).toEqual([1, 2]);
      expect(text[0]).toMatch(`${PUBLIC_URL}${page}#token=`);
      const token = tokenOf(mail, PUBLIC_URL);
      host.scan.plant(token);
      return token;
    }

    test('a user registers, and the link of the mail verifies the address', async () => {
      const host = await start({ requireVerification: true });
      await host.api.post('/auth/register', { email: ADA, password: PASSWORD }).expect(201);
      const mail = await received(host, ADA, 'verification');
      await host.api.post('/auth/jwt/login', { email: ADA, password: PASSWORD }).expect(400);
      const token = tokenBehind(mail, '/verify', host);
      await host.api.post('/auth/verify', { token }).expect(200);
      await host.api.login(ADA, PASSWORD);
    });

    test('a user who forgot the password sets a new one by the link', async () => {
      const host = await start();
      await host.addUser();
      await host.api.post('/auth/forgot-password', { email: ADA }).expect(202);
      const mail = await received(host, ADA, 'passwordReset');
      const token = tokenBehind(mail, '/reset-password', host);
      const password = 'another horse battery';
      await host.api.post('/auth/reset-password', { token, password }).expect(200);
      await host.api.login(ADA, password);
    });

    test('an invited user sets the first password by the link', async () => {
      const host = await start();
      const { api } = await host.login({ email: 'root@example.com', isSuperuser: true });
      await api.post('/users', { email: ADA, invite: true }).expect(201);
      const mail = await received(host, ADA, 'invitation');
      const token = tokenBehind(mail, '/reset-password', host);
      await host.api.post('/auth/reset-password', { token, password: PASSWORD }).expect(200);
      await host.api.login(ADA, PASSWORD);
    });

    test('a change of the address is asked for at the new one, and told to the old one', async () => {
      const host = await start({ currentUser: { emailChange: 'confirmed' } });
      const { api } = await host.login();
      await api.patch('/users/me', { email: NEW }).expect(200);
      const token = tokenBehind(await received(host, NEW, 'emailChange'), '/verify', host);
      await host.api.post('/auth/verify', { token }).expect(200);
      const notice = await received(host, ADA, 'emailChangeNotice');
      expect(linksOf(notice, 'http')).toEqual({ text: [], html: [] });
      expect(notice.raw).not.toContain(NEW);
    });

    test('the owner of an address learns that somebody wanted to register it', async () => {
      const conceal = { registration: { concealExisting: true }, requireVerification: true };
      const host = await start({ ...conceal, currentUser: undefined, userManagement: undefined });
      await host.addUser();
      await host.api.post('/auth/register', { email: ADA, password: PASSWORD }).expect(202);
      const mail = await received(host, ADA, 'registrationAttempt');
      expect(linksOf(mail, PUBLIC_URL).text).toEqual([`${PUBLIC_URL}/`]);
    });
  });

  test('a hook that the host overrides takes the place of its mail, and may call the mailer', async () => {
    const hooks = mailing(mailbox.url).hooks;
    const sent: string[] = [];
    const host = await boot(
      mailing(
        mailbox.url,
        {},
        {
          hooks: {
            ...hooks,
            sendVerificationToken: ({ email }) => sent.push(email),
            sendPasswordResetToken(this: typeof host.service, user, token) {
              sent.push('reset');
              return hooks?.sendPasswordResetToken?.call(this, user, token);
            },
          },
        },
      ),
    );
    await host.addUser({ isVerified: false });
    await host.api.post('/auth/request-verify-token', { email: ADA }).expect(202);
    await host.api.post('/auth/forgot-password', { email: ADA }).expect(202);
    await host.settled();
    expect(sent.sort()).toEqual([ADA, 'reset']);
    expect(mailbox.mails.map(({ parsed }) => parsed.subject)).toEqual(['Set a new password']);
  });

  test('a Host header changes no link', async () => {
    const host = await boot(mailing(mailbox.url));
    await host.addUser();
    const forged = host.api.with({
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example',
    });
    await forged.post('/auth/forgot-password', { email: ADA }).expect(202);
    await host.settled();
    expect(mailbox.last(ADA).raw).not.toContain('evil.example');
    expect(linksOf(mailbox.last(ADA), PUBLIC_URL).text).toHaveLength(1);
  });
});
