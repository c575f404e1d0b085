import 'reflect-metadata';
import { inspect } from 'node:util';
import { UsersService } from 'nestjs-users';
import { mailer, type MailerOptions, type MailMessage, mailTransport } from 'nestjs-users/mail';
import { mailOfToken } from '../../lib/accounts/mailer.js';
import { refusal, startModule } from '../support/boot.js';

const RIGHT = {
  transport: 'smtp://127.0.0.1:1',
  from: 'Shop <shop@example.com>',
  publicUrl: 'https://shop.example.com',
} satisfies MailerOptions;

const sentenceOf = (options: object): string => {
  try {
    mailer({ ...RIGHT, ...options });
    return 'no fault';
  } catch (error) {
    return String(error);
  }
};

test('a host with the mailer needs no hook for any feature', async () => {
  const features = { passwordReset: {}, requireVerification: true };
  const conceal = { registration: { concealExisting: true } };
  await startModule({ service: UsersService, ...features, ...conceal, mailer: mailer(RIGHT) });
  expect(await refusal({ service: UsersService, ...features })).toMatch('or the option mailer');
});

test('the option takes nothing else', async () => {
  for (const wrong of [RIGHT, 'smtp://localhost', { send: () => undefined }, true]) {
    expect(await refusal({ mailer: wrong })).toMatch(
      /^nestjs-users: mailer must be the result of mailer\(\)/,
    );
  }
});

test.each<[string, object, string]>([
  ['no sender', { from: undefined }, 'mailer.from is missing; it must be one address'],
  ['a sender without an address', { from: 'Shop' }, 'mailer.from must be one address'],
  ['two senders', { from: 'a@example.com, b@example.com' }, 'mailer.from must be one address'],
  ['a sender with a line end', { from: 'Shop\r\nBcc: eve@evil.example <a@example.com>' }, 'mailer.from'],
  ['a name with a line end', { from: { name: 'Shop\nX: y', address: 'a@example.com' } }, 'mailer.from'],
  ['no public URL', { publicUrl: undefined }, 'mailer.publicUrl is missing'],
  ['a path as URL', { publicUrl: '/account' }, 'mailer.publicUrl must be a URL with a scheme'],
  ['another scheme', { publicUrl: 'javascript:alert(1)//' }, 'mailer.publicUrl must begin with https://'],
  ['ftp', { publicUrl: 'ftp://shop.example.com' }, 'mailer.publicUrl must begin with https://'],
  ['a query', { publicUrl: 'https://shop.example.com/?a=b' }, 'mailer.publicUrl must be only the base URL'],
  [
    'credentials',
    { publicUrl: 'https://a:b@shop.example.com' },
    'mailer.publicUrl must be only the base URL',
  ],
  ['no transport', { transport: undefined }, 'mailer.transport is missing; it must be an SMTP URL'],
  ['a transport of the web', { transport: 'https://example.com' }, 'mailer.transport must be an SMTP URL'],
  ['an empty transport', { transport: {} }, 'mailer.transport must be an SMTP URL'],
  ['a talkative transport', { transport: { host: 'a', debug: true } }, 'must not set debug'],
  ['a talkative URL', { transport: 'smtp://localhost?logger=true' }, 'must not set logger'],
  [
    'a link elsewhere',
    { links: { verification: '@evil.example/#token=' } },
    'mailer.links.verification must be a path',
  ],
  ['a link without its end', { links: { passwordReset: '/reset?token' } }, 'and end where the token begins'],
  ['a link with a line end', { links: { invitation: '/a\n/b=' } }, 'mailer.links.invitation must be a path'],
  [
    'an unknown link',
    { links: { verify: '/verify#token=' } },
    'the option mailer.links.verify does not exist',
  ],
  ['an unknown option', { sender: 'a@example.com' }, 'the option mailer.sender does not exist'],
  ['a locale that is no function', { locale: 'de' }, 'mailer.locale must be a function'],
  ['a layout that is no function', { layout: '<html>' }, 'mailer.layout must be a function'],
  ['texts of no language', { templates: { 'not a tag!': {} } }, 'mailer.templates.not a tag!'],
  [
    'an unknown text',
    { templates: { de: { passwordreset: () => ({}) } } },
    'mailer.templates.de.passwordreset',
  ],
  [
    'a text that is no function',
    { templates: { de: { passwordReset: 'x' } } },
    'mailer.templates.de.passwordReset',
  ],
  ['a name of two lines', { appName: 'a\nb' }, 'mailer.appName must be a text of one line'],
])('%s stops the boot', (_, options, sentence) => {
  expect(sentenceOf(options)).toContain(sentence);
});

test('what is right is taken', () => {
  for (const publicUrl of ['http://localhost:3000', 'https://shop.example.com/account/']) {
    expect(sentenceOf({ publicUrl })).toBe('no fault');
  }
  expect(sentenceOf({ from: { name: 'Müller, Café', address: 'a@example.com' } })).toBe('no fault');
  expect(sentenceOf({ links: { verification: '/mail?verify=', login: '/login' } })).toBe('no fault');
});

test('no print shows the password of the transport', () => {
  const transport = 'smtps://shop:planted-secret@smtp.example.com';
  const whole = { depth: Infinity, showHidden: true };
  for (const made of [mailer({ ...RIGHT, transport }), mailTransport(transport)]) {
    expect(`${inspect(made, whole)}${JSON.stringify(made)}`).not.toContain('planted-secret');
  }
});

describe('languages', () => {
  const claims = { aud: 'nestjs-users:reset-password', iat: 0, exp: 5400 };
  const token = `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;
  const user = { email: 'ada@example.com' } as never;

  async function written(options: Partial<MailerOptions>): Promise<MailMessage> {
    const sent: MailMessage[] = [];
    const transport = { sendMail: (message: MailMessage) => sent.push(message) };
    await mailer({ ...RIGHT, ...options, transport }).send(mailOfToken(user, token, undefined));
    return sent[0];
  }

  test.each([
    ['de', 'de'],
    ['de-AT', 'de'],
    ['de_CH', 'de'],
    ['DE', 'de'],
    ['fr', 'en'],
    ['*', 'en'],
    ['', 'en'],
    [undefined, 'en'],
    [42, 'en'],
    ['__proto__', 'en'],
    ['constructor', 'en'],
    ['de'.repeat(10_000), 'en'],
  ])('%s is %s', async (locale, language) => {
    expect((await written({ locale: () => locale })).headers['Content-Language']).toBe(language);
  });

  test('a function that fails, or rejects, gives English', async () => {
    const fail = () => {
      throw new Error('no language');
    };
    for (const locale of [fail, async () => fail()]) {
      expect((await written({ locale })).subject).toBe('Set a new password');
    }
  });

  test('one mail of a host in a language of ours, and one in a third', async () => {
    const passwordReset = () => ({ subject: 'Eigener Betreff', before: ['Text'], button: 'Los' });
    const german = await written({ locale: () => 'de', templates: { de: { passwordReset } } });
    expect(german.subject).toBe('Eigener Betreff');
    expect(german.text).toContain('Diese E-Mail von Shop');
    const arabic = { passwordReset, linkHint: 'رابط', footer: () => 'متجر' };
    const own = await written({ locale: () => 'ar-EG', templates: { ar: arabic } });
    expect(own.html).toContain('<html lang="ar" dir="rtl">');
    const partial = await written({
      locale: () => 'nl',
      templates: { nl: { linkHint: 'x', footer: () => 'x' } },
    });
    expect(partial.headers['Content-Language']).toBe('en');
  });

  test('a lifetime is told in words', async () => {
    expect((await written({})).text).toContain('for 90 minutes');
    expect((await written({ locale: () => 'de' })).text).toContain('90 Minuten lang');
  });

  test('a layout gets HTML that is escaped', async () => {
    const layout = ({ app, subject, body }: { app: string; subject: string; body: string }) =>
      `${app}|${subject}|${body}`;
    const { html } = await written({ layout, appName: 'A <b> & C' });
    expect(html).toMatch(/^A &lt;b&gt; &amp; C\|Set a new password\|<h1/);
  });

  test('an error of a layout or a template does not say what it was given', async () => {
    const fail = (given: unknown) => {
      throw new SyntaxError(`Cannot parse ${JSON.stringify(given)}`);
    };
    const passwordReset = (context: unknown) => fail(context);
    for (const options of [{ layout: fail }, { templates: { en: { passwordReset } } }]) {
      const error = (await written(options as never).catch((thrown: unknown) => thrown)) as Error;
      expect(error.message).toMatch(/^A template or the layout failed: SyntaxError\n\s+at /);
      expect(`${error.message}${error.stack}${String(error.cause)}`).not.toMatch(/Cannot parse|eyJ/);
    }
  });

  test('a token of nobody is refused', () => {
    for (const wrong of [
      '',
      'a.b.c',
      'eyJ.eyJ9.x',
      `x.${Buffer.from('{"aud":"other"}').toString('base64url')}.y`,
    ]) {
      expect(() => mailOfToken(user, wrong, undefined)).toThrow(TypeError);
    }
  });
});
