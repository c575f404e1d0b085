import { directionOf } from './languages.js';
import type { MailText } from './mail-texts.js';
import { escapeHtml, lineOf, subjectOf } from './plain-text.js';

/** What a layout puts into its page. Every value is HTML: escaped, and safe in an attribute. */
export interface MailPage {
  /** The language tag, for the attribute `lang`. */
  lang: string;
  dir: 'ltr' | 'rtl';
  /** For the element `title`. */
  subject: string;
  /** The heading, the paragraphs and the link, with classes that the default layout styles: `heading`, `button`, `url`. */
  body: string;
  footer: string;
  app: string;
  publicUrl: string;
}

/** Makes the HTML of every mail: the page around its contents. */
export type MailLayout = (page: MailPage) => string;

/** The parts of a mail, as {@link MailText} and the mailer give them. */
export interface MailParts extends MailText {
  language: string;
  link: string | undefined;
  linkHint: string;
  footer: string;
  app: string;
  publicUrl: string;
}

/** The part for readers without HTML. */
export function textOf(mail: MailParts): string {
  const { heading = mail.subject, before, button = '', after = [], link, footer } = mail;
  const paragraphs = [
    ...[heading, ...before].map(lineOf),
    ...(link === undefined ? [] : [`${lineOf(button)}:\n${link}`]),
    ...after.map(lineOf),
    `-- \n${lineOf(footer)}`,
  ];
  return `${paragraphs.join('\n\n')}\n`;
}

export function htmlOf(mail: MailParts, layout: MailLayout): string {
  const html = (text: string) => unbroken(escapeHtml(lineOf(text)));
  return layout({
    lang: escapeHtml(mail.language),
    dir: directionOf(mail.language),
    subject: escapeHtml(subjectOf(mail.subject)),
    body: bodyOf(mail, html),
    footer: html(mail.footer),
    app: html(mail.app),
    publicUrl: escapeHtml(mail.publicUrl),
  });
}

/** Ends no line behind the first letter of `e-mail`. */
const unbroken = (text: string): string => text.replaceAll(/(?<=\b[a-z])-(?=[a-z])/gi, '\u2011');

/** The styles of elements stand beside them, because some programs for mail drop the element `style`. */
const STYLES = {
  heading: 'margin:0 0 24px;font-size:24px;line-height:1.3;font-weight:700',
  paragraph: 'margin:0 0 16px',
  button:
    'display:inline-block;padding:14px 28px;border-radius:6px;background-color:#1d4fa8;color:#ffffff;font-weight:700;text-decoration:none',
  hint: 'margin:0 0 24px;font-size:14px',
  url: 'color:#1d4fa8;overflow-wrap:anywhere;word-break:break-word',
} as const;

function bodyOf(mail: MailParts, html: (text: string) => string): string {
  const paragraph = (text: string) => `<p style="${STYLES.paragraph}">${html(text)}</p>`;
  const { heading = mail.subject, before, after = [] } = mail;
  return [
    `<h1 class="heading" style="${STYLES.heading}">${html(heading)}</h1>`,
    ...before.map(paragraph),
    ...linkOf(mail, html),
    ...after.map(paragraph),
  ].join('\n');
}

function linkOf({ link, button = '', linkHint }: MailParts, html: (text: string) => string): string[] {
  if (link === undefined) return [];
  const href = escapeHtml(link);
  return [
    `<p style="margin:24px 0"><a class="button" href="${href}" style="${STYLES.button}">${html(button)}</a></p>`,
    `<p style="${STYLES.hint}">${html(linkHint)}<br><a class="url" dir="ltr" href="${href}" style="${STYLES.url}">${href}</a></p>`,
  ];
}

/** Readable without styles and images, in light and in dark. */
export const defaultLayout: MailLayout = ({ lang, dir, subject, body, footer, app }) => `<!doctype html>
<html lang="${lang}" dir="${dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${subject}</title>
<style>
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  body, .page { background-color: #16181d !important; color: #e8eaed !important; }
  .card { background-color: #22252c !important; border-color: #3c404a !important; }
  .url { color: #9cc0ff !important; }
  .muted { color: #b4b9c2 !important; }
}
</style>
</head>
<body style="margin:0;padding:0;background-color:#f3f4f6;color:#1f2328">
<div class="page" style="padding:24px 12px;background-color:#f3f4f6;color:#1f2328;font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5">
<header class="muted" style="display:block;max-width:560px;margin:0 auto 12px;padding:0 4px;color:#4b5563;font-weight:700">${app}</header>
<main class="card" style="display:block;max-width:500px;margin:0 auto;padding:28px;background-color:#ffffff;border:1px solid #d5d9e0;border-radius:10px">
${body}
</main>
<footer class="muted" style="display:block;max-width:560px;margin:16px auto 0;padding:0 4px;color:#4b5563;font-size:14px">${footer}</footer>
</div>
</body>
</html>
`;
