import { domainToASCII } from 'node:url';
import type { BaseUser } from 'nestjs-users';
import { type HostOptions, onEachAdapter, PASSWORD } from '../support/host.js';
import { linksOf, Mailbox, type ReceivedMail } from '../support/mailbox.js';
import { mailing, PUBLIC_URL } from '../support/mailing-hosts.js';
import type { User } from '../support/users.js';

const NAMES = {
  'a header field': 'Ada\r\nBcc: eve@evil.example\r\n\r\n<b>free</b>',
  'a bare line feed': 'Ada\nX-Injected: yes',
  'a line separator': 'Ada\u2028Bcc: eve@evil.example\u2029\u0085X: y',
  'an encoded word': '=?utf-8?B?QmNjOiBldmVAZXZpbC5leGFtcGxl?=',
  HTML: `<script>alert(1)</script><img src=x onerror="alert('1')"></title></style><a href='https://evil.example'>`,
  'an attribute': `" onmouseover="alert(1)" x='`,
  entities: '&lt;b&gt; &amp;nbsp;',
  'overrides of the direction': '\u202Eelpmaxe.live\u202C \u2066Ada\u2069',
  'letters from right to left': 'עדה לאבלייס',
  'NUL and escapes': 'Ada\0\u001b[2J\u0007',
  'a lone surrogate': 'Ada \ud800!',
  emoji: '👩‍🚀'.repeat(20),
  'a very long name': 'Ada '.repeat(20_000),
  'marks without end': `A${'\u0301'.repeat(5000)}`,
};

/** Shows a name wherever a template can. */
const templates = {
  en: {
    passwordReset: ({ user: { fullName = '' } }: { user: User }) => ({
      subject: `Password of ${fullName}`,
      heading: `Hello ${fullName}`,
      before: [`Hello ${fullName},`],
      button: `Button of ${fullName}`,
      after: [`Bye, ${fullName}`],
    }),
    footer: ({ user: { fullName = '' } }: { user: User }) => `For ${fullName}`,
  },
};

const HEADERS = [
  ...['auto-submitted', 'content-language', 'content-type', 'date', 'from', 'message-id'],
  ...['mime-version', 'subject', 'to', 'x-auto-response-suppress'],
];

/** The server under test shows domains in letters. */
const toAscii = (address: string) =>
  address.replace(/@(.*)$/, (_, domain: string) => `@${domainToASCII(domain)}`);

/** Taken from the address as typed: only a host that lets everything in has such users. */
const ANY_ADDRESS: HostOptions = { normalizeIdentifier: (text) => text };

onEachAdapter('sqlite', { takesLong: true }, (boot) => {
  let mailbox: Mailbox;
  beforeEach(async () => {
    mailbox = await Mailbox.open();
  });
  afterEach(() => mailbox.close());

  /** As a host calls a hook by itself, with a user as it is in memory. */
  async function sendTo(fields: object): Promise<ReceivedMail> {
    const host = await boot(mailing(mailbox.url, { templates: templates as never }));
    const user: BaseUser = Object.assign(await host.addUser(), fields);
    const token = await host.service.generateToken(user, 'reset-password');
    host.scan.plant(token);
    await host.service.sendPasswordResetToken(user, token);
    return mailbox.last(user.email);
  }

  test('a mail shows a name', async () => {
    const { parsed } = await sendTo({ fullName: 'Ada & Łukasz' });
    expect(parsed.subject).toBe('Password of Ada & Łukasz');
    expect(parsed.text).toContain('Bye, Ada & Łukasz');
    expect(parsed.html).toContain('<h1 class="heading"');
    expect(parsed.html).toContain('>Hello Ada &amp; Łukasz</h1>');
  });

  test.each(Object.entries(NAMES))('a name with %s stays a name', async (_, fullName) => {
    const mail = await sendTo({ fullName });
    const harmless = await sendTo({ fullName: 'Ada' });
    expect([...mail.parsed.headers.keys()].sort()).toEqual(HEADERS);
    expect(mail.recipients).toEqual(['ada@example.com']);
    expect(mail.raw.split('\r\n').filter((line) => Buffer.byteLength(line) > 998)).toEqual([]);
    expect(mail.raw.replaceAll('\r\n', '')).not.toMatch(/[\r\n\0]/);
    expect(tagsOf(mail)).toEqual(tagsOf(harmless));
    expect(mail.parsed.text?.split('\n')).toHaveLength(harmless.parsed.text?.split('\n').length ?? 0);
    const whole = [mail.parsed.html, mail.parsed.text, mail.parsed.subject].join(' ');
    expect(whole).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u2028\u2029]|(?!\n)\p{Cc}/u);
    expect(whole.isWellFormed()).toBe(true);
    expect(Array.from(mail.parsed.subject ?? '').length).toBeLessThanOrEqual(200);
    expect(mail.raw.length).toBeLessThan(200_000);
  });

  test.each(['=?utf-8?B?', '=\u202A?utf-8?B?', '==\u2066??utf-8?B?'])(
    'a name that begins with %j is not decoded in a subject',
    async (start) => {
      const { parsed } = await sendTo({ fullName: `${start}${btoa('Pay now')}?=` });
      expect(parsed.subject).toMatch(/^Password of =+ \?+utf-8/);
      expect(parsed.subject).not.toContain('Pay now');
    },
  );

  /** Every element with its attributes. */
  const tagsOf = ({ parsed }: ReceivedMail): string[] =>
    [...(parsed.html || '').matchAll(/<[a-z/!][^>]*>/gi)].map(([tag]) =>
      tag.replaceAll(/token=[\w.-]+/g, 'token'),
    );

  test.each([
    'o’brien'.replace('’', "'") + '@example.com',
    'ada+shop@example.com',
    'ada@xn--mnchen-3ya.example',
    '=?utf-8?q?eve?=@example.com',
    '%61da!example.com@relay.example',
    `${'a'.repeat(64)}@${'b'.repeat(60)}.example`,
  ])('a mail to %s goes there', async (email) => {
    const host = await boot(mailing(mailbox.url, {}, ANY_ADDRESS));
    await host.addUser({ email });
    await host.api.post('/auth/forgot-password', { email }).expect(202);
    await host.settled();
    expect(mailbox.mails.map(({ recipients }) => recipients.map(toAscii))).toEqual([[email]]);
    expect(mailbox.last().raw.replaceAll('\r\n ', ' ')).toContain(`\r\nTo: ${email}\r\n`);
    expect([...mailbox.last().parsed.headers.keys()].sort()).toEqual(HEADERS);
  });

  test('a typed domain with letters of other scripts gets the mail at its ASCII name', async () => {
    const host = await boot(mailing(mailbox.url));
    await host.api.post('/auth/register', { email: 'ada@münchen.example', password: PASSWORD }).expect(201);
    await host.api.post('/auth/forgot-password', { email: 'Ada@MÜNCHEN.example' }).expect(202);
    await host.settled();
    expect(mailbox.last().raw).toContain('\r\nTo: ada@xn--mnchen-3ya.example\r\n');
  });

  test.each([
    ['a line end', 'ada@example.com\r\nBcc: eve@evil.example'],
    ['a command of SMTP', 'ada@example.com>\r\nRCPT TO:<eve@evil.example'],
    ['two addresses', 'eve@evil.example,ada@example.com'],
    ['two addresses in one', 'eve@evil.example@example.com'],
    ['a quoted local part', '"eve@evil.example"@example.com'],
    ['a quoted name', '"x <eve@evil.example>" <ada@example.com>'],
    ['a group', 'undisclosed:eve@evil.example;@example.com'],
    ['a comment', 'eve@evil.example(@example.com)'],
    ['a route', '@evil.example:ada@example.com'],
    ['an override of the direction', 'ada\u202E@example.com'],
    ['NUL', 'ada@example.com\0.evil.example'],
    ['a literal', 'ada@[127.0.0.1]'],
    ['no domain', 'ada'],
  ])('an address with %s gets no mail', async (_, email) => {
    const host = await boot(mailing(mailbox.url, {}, ANY_ADDRESS));
    const user: BaseUser = Object.assign(await host.addUser(), { email });
    const sending = Promise.resolve(host.service.sendRegistrationAttempt(user));
    await expect(sending).rejects.toThrow(
      /^The address of the user cannot get mails: it is not one plain address\.$/,
    );
    expect(mailbox.mails).toEqual([]);
  });

  test('an address that gets no mail has the same answer as any other', async () => {
    const host = await boot(mailing(mailbox.url, {}, ANY_ADDRESS));
    const email = '"eve@evil.example"@example.com';
    await host.addUser({ email });
    await host.api.post('/auth/forgot-password', { email }).expect(202, 'null');
    await host.settled();
    expect(mailbox.mails).toEqual([]);
    const logged = host.scan.logLines.filter((line) => line.includes('sendPasswordResetToken failed'));
    expect(logged).toHaveLength(1);
    expect(logged[0]).not.toContain('evil.example');
  });

  test('no link of a mail leads elsewhere, whatever a name says in HTML', async () => {
    const mail = await sendTo({ fullName: '<a href="https://evil.example">x</a>' });
    expect(linksOf(mail, 'http').html.filter((link) => !link.startsWith(PUBLIC_URL))).toEqual([]);
  });
});
