import { dirname, join, posix, relative } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../files.js';

/** A doc comment. Each text is one line of Markdown, whose links begin at the root. */
export interface Comment {
  text: string;
  tags: readonly Tag[];
}

export interface Tag {
  /** `default`, `throws` */
  name: string;
  text: string;
  /** The parameter that a `@param` is about. */
  parameter: string | undefined;
}

export function commentOf(declaration: ts.Node): Comment {
  const doc = ts.getJSDocCommentsAndTags(declaration).find(ts.isJSDoc);
  const folder = relative(ROOT, dirname(declaration.getSourceFile().fileName));
  return {
    text: markdownOf(textOf(doc), folder),
    tags: (doc?.tags ?? []).map((tag) => ({
      name: tag.tagName.text,
      text: markdownOf(ts.isJSDocThrowsTag(tag) ? throwsOf(tag) : textOf(tag), folder),
      parameter: ts.isJSDocParameterTag(tag) ? tag.name.getText() : undefined,
    })),
  };
}

/** The text of a tag; `undefined` if the comment does not have it. */
export const tagOf = ({ tags }: Comment, wanted: string): string | undefined =>
  tags.find(({ name }) => name === wanted)?.text;

const textOf = (commented: ts.JSDoc | ts.JSDocTag | undefined): string =>
  ts.getTextOfJSDocComment(commented?.comment) ?? '';

/** Of `@throws {A}, {B} for an old token`, the compiler reads `{A}` as a type, and the rest as the text. */
function throwsOf(tag: ts.JSDocThrowsTag): string {
  const first = tag.typeExpression?.getText() ?? '';
  const rest = textOf(tag);
  const space = first === '' || /^([,;]|$)/.test(rest) ? '' : ' ';
  return `${first}${space}${rest}`.replace(/\{(\w+)\}/g, '`$1`');
}

/** In a comment, a link is relative to the file, so that an editor can follow it. */
const markdownOf = (comment: string, folder: string): string =>
  comment
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\{@link ([\w.]+)\}/g, '`$1`')
    .replace(/\]\((\.[^)]*)\)/g, (_, target: string) => `](${posix.normalize(join(folder, target))})`);
