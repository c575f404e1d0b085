import { ConfigurationError } from '../common/configuration-error.js';
import { definedFields } from '../common/defined-fields.js';
import { isPlainObject, refuseUnknown, requireFunction, requireUrl } from '../common/option-checks.js';
import { keysOf } from '../common/option-keys.js';
import type { BaseUser } from '../users/user.entity.js';
import { canonicalTag, Languages, type MailTemplates } from './languages.js';
import { defaultLayout, type MailLayout } from './layout.js';
import { type MailAddress, requireSender } from './mail-address.js';
import type { MailTexts } from './mail-texts.js';
import { type MailTransport, type OwnTransport, resolveTransport } from './mail-transport.js';
import type { LinkOfMail, MailerOptions } from './mailer.options.js';
import { lineOf } from './plain-text.js';

/** The options of `mailer()`, with defaults filled in. */
export interface MailerSettings {
  transport: MailTransport | OwnTransport;
  from: MailAddress;
  /** Without a slash at its end. */
  publicUrl: string;
  links: Record<LinkOfMail, string>;
  app: string;
  support: string;
  locale: (user: BaseUser, request?: unknown) => unknown;
  languages: Languages;
  layout: MailLayout;
}

const OPTIONS = keysOf<MailerOptions>({
  transport: true,
  from: true,
  publicUrl: true,
  links: true,
  appName: true,
  support: true,
  locale: true,
  templates: true,
  layout: true,
});

const LINKS = keysOf<Record<LinkOfMail, string>>({
  verification: true,
  emailChange: true,
  passwordReset: true,
  invitation: true,
  login: true,
});

const TEXTS = keysOf<MailTexts>({
  verification: true,
  emailChange: true,
  passwordReset: true,
  invitation: true,
  emailChangeNotice: true,
  registrationAttempt: true,
  linkHint: true,
  footer: true,
});

/** @throws {ConfigurationError} */
export function resolveMailer(given: unknown): MailerSettings {
  if (!isPlainObject(given)) {
    throw new ConfigurationError('mailer() needs options, at least transport, from and publicUrl.');
  }
  refuseUnknown('mailer', given as object, OPTIONS);
  const options = definedFields(given as MailerOptions<never>);
  const from = requireSender('mailer.from', options.from);
  const publicUrl = resolvePublicUrl(options.publicUrl);
  for (const name of ['locale', 'layout'] as const) {
    if (options[name] !== undefined) requireFunction(`mailer.${name}`, options[name], FUNCTIONS[name]);
  }
  return {
    transport: resolveTransport('mailer.transport', options.transport),
    from,
    publicUrl,
    links: resolveLinks(publicUrl, options.links ?? {}),
    app: requireLine('mailer.appName', options.appName ?? (from.name || new URL(publicUrl).host)),
    support: requireLine('mailer.support', options.support ?? from.address),
    locale: (options.locale ?? (() => undefined)) as MailerSettings['locale'],
    languages: new Languages(resolveTemplates(options.templates ?? {})),
    layout: options.layout ?? defaultLayout,
  };
}

const FUNCTIONS = {
  locale: 'that returns the language of a user, such as (user) => user.language',
  layout: 'that returns HTML',
} as const;

function resolvePublicUrl(given: unknown): string {
  const url = requireUrl('mailer.publicUrl', given, 'the URL of the pages that links in mails lead to');
  const { protocol, origin, pathname, search, hash, username, password } = url;
  if (!/^https?:$/.test(protocol)) {
    throw new ConfigurationError(
      'mailer.publicUrl must begin with https:// or http://, such as https://app.example.com.',
    );
  }
  if (`${search}${hash}${username}${password}` !== '') {
    throw new ConfigurationError(
      'mailer.publicUrl must be only the base URL of your pages, such as https://app.example.com; put what stands before the token into mailer.links.',
    );
  }
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}

function resolveLinks(
  publicUrl: string,
  given: NonNullable<MailerOptions['links']>,
): MailerSettings['links'] {
  if (!isPlainObject(given)) throw new ConfigurationError('mailer.links must be an object of paths.');
  refuseUnknown('mailer.links', given, LINKS);
  const own = definedFields(given);
  const verification = own.verification ?? '/verify#token=';
  const passwordReset = own.passwordReset ?? '/reset-password#token=';
  const links = {
    verification,
    emailChange: verification,
    passwordReset,
    invitation: passwordReset,
    login: '/',
    ...own,
  };
  for (const [name, path] of Object.entries(links)) requirePath(name, path, publicUrl);
  return links;
}

/** Nothing that a browser would read as something else: a line end, a backslash, another host. */
function requirePath(name: string, path: unknown, publicUrl: string): void {
  const isPath = typeof path === 'string' && /^\/[!#$%&'()*+,\-./0-9:;=?@A-Z[\]_a-z~]*$/.test(path);
  const leadsHome = isPath && new URL(`${publicUrl}${path}`).href.startsWith(publicUrl);
  if (leadsHome && (name === 'login' || /[=/]$/.test(path))) return;
  const end = name === 'login' ? '' : ', and end where the token begins, with = or /';
  const example = name === 'login' ? '/login' : '/verify#token=';
  throw new ConfigurationError(
    `mailer.links.${name} must be a path that begins with /${end}, such as '${example}'.`,
  );
}

function requireLine(path: string, given: unknown): string {
  if (typeof given === 'string' && given !== '' && given === lineOf(given)) return given;
  throw new ConfigurationError(`${path} must be a text of one line.`);
}

function resolveTemplates(given: unknown): MailTemplates {
  const example = 'such as { de: { passwordReset: (mail) => ({ … }) } }';
  if (!isPlainObject(given))
    throw new ConfigurationError(`mailer.templates must be an object by language, ${example}.`);
  const entries = Object.entries(given as Record<string, Partial<MailTexts<never>>>).map(
    ([language, texts]) => {
      const tag = canonicalTag(language);
      if (tag === undefined || !isPlainObject(texts)) {
        throw new ConfigurationError(`mailer.templates.${language} must be texts of a language, ${example}.`);
      }
      checkTexts(`mailer.templates.${language}`, texts);
      return [tag, definedFields(texts)] as const;
    },
  );
  return Object.fromEntries(entries);
}

function checkTexts(path: string, texts: Partial<MailTexts<never>>): void {
  refuseUnknown(path, texts, TEXTS);
  for (const [name, template] of Object.entries(definedFields(texts))) {
    if (name !== 'linkHint')
      requireFunction(`${path}.${name}`, template, 'of the mail that returns its words');
    else if (typeof template !== 'string') throw new ConfigurationError(`${path}.linkHint must be a text.`);
  }
}
