const LONGEST_SUBJECT = 200;
const LONGEST_PARAGRAPH = 2000;

/** Overrides of the direction of writing can make `evil.example` read as another name (Unicode Technical Report 36). */
const DIRECTION_OVERRIDES = /[\u202A-\u202E\u2066-\u2069]/gu;
/** Line ends, tabs and other control characters; line separators of Unicode. */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\s]+/gu;

/**
 * One line of a mail. A template may contain what a user typed, such as a name: it must not begin a line, a header field or
 * a paragraph of its own.
 */
export const lineOf = (text: string): string => clean(text, LONGEST_PARAGRAPH);

/** As {@link lineOf}, for the header field, where a reader's program would decode an encoded word (RFC 2047). */
export const subjectOf = (text: string): string => clean(text, LONGEST_SUBJECT).replaceAll('=?', '= ?');

function clean(text: string, longest: number): string {
  const cut = Array.from(text.slice(0, 2 * longest).toWellFormed());
  const line = cut.join('').replaceAll(DIRECTION_OVERRIDES, '').replaceAll(CONTROLS, ' ').trim();
  const characters = Array.from(line);
  return characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : line;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML, also in an attribute between quotes. */
export const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
