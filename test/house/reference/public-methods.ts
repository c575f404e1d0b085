import ts from 'typescript';
import { type Comment, commentOf, type Tag, tagOf } from './comments.js';
import type { PublicCode } from './public-code.js';

/** A method that a host calls or overrides, as its declaration and its doc comment tell it. */
export interface Method {
  name: string;
  /** The name with its parameters: `getUser(id, { load, withDeleted }?)`. */
  signature: string;
  /** The doc comment as one line of Markdown, whose links begin at the root. Empty if the method has none. */
  text: string;
  throws: string;
  /** What a hook does by a throw: the tag `@refusal`. */
  refusal: string;
}

/** Parameters of these names stand for their properties. */
const OPEN = ['options', 'plan'];

/** The methods that a class declares itself, in its order. Left out are those with the tag `@internal`. */
export const methodsOf = (name: string, code: PublicCode): Method[] =>
  code
    .class(name)
    .members.filter(isForHosts)
    .map((method) => read(method, code.checker));

/** The classes that a host injects. */
export const servicesOf = ({ names }: PublicCode): string[] =>
  names.flatMap(({ name, kind }) => (kind === 'class' && name.endsWith('Service') ? [name] : []));

/** Those without a doc comment, in words. */
export const silent = (owner: string, methods: readonly Method[]): string[] =>
  methods.flatMap(({ name, text }) => (text === '' ? [`${owner}.${name} has no doc comment`] : []));

type NamedMethod = ts.MethodDeclaration & { name: ts.Identifier };

function isForHosts(member: ts.ClassElement): member is NamedMethod {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  if (!ts.isMethodDeclaration(member) || !ts.isIdentifier(member.name)) return false;
  const isHidden = (ts.getCombinedModifierFlags(member) & hidden) !== 0;
  return !isHidden && tagOf(commentOf(member), 'internal') === undefined;
}

function read(method: NamedMethod, checker: ts.TypeChecker): Method {
  const name = method.name.text;
  const comment = commentOf(method);
  const shown = method.parameters.map((parameter) => shownAs(parameter, checker));
  return {
    name,
    signature: `${name}(${shown.join(', ')})`,
    text: textOf(comment, shown),
    throws: textsOf(comment, 'throws').join('; '),
    refusal: textsOf(comment, 'refusal').join(' '),
  };
}

function shownAs(parameter: ts.ParameterDeclaration, checker: ts.TypeChecker): string {
  const { name, questionToken, initializer } = parameter;
  const mark = questionToken || initializer ? '?' : '';
  if (ts.isIdentifier(name) && !OPEN.includes(name.text)) return `${name.text}${mark}`;
  const type = checker.getNonNullableType(checker.getTypeAtLocation(parameter));
  const properties = type.getProperties().map((property) => property.name);
  return `{ ${properties.join(', ')} }${mark}`;
}

/** A method without a text of its own has none, whatever it says of its parameters. */
function textOf({ text, tags }: Comment, shown: readonly string[]): string {
  if (text === '') return '';
  return [text, ...tags.flatMap((tag) => sentenceOf(tag, shown))].join(' ');
}

function sentenceOf({ name, text, parameter }: Tag, shown: readonly string[]): string[] {
  if (name === 'returns') return [`It returns ${ended(text)}`];
  if (name !== 'param') return [];
  const isNamed = shown.some((each) => each.replace('?', '') === parameter);
  return [isNamed ? `\`${parameter}\`: ${ended(text)}` : ended(text)];
}

const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

const textsOf = ({ tags }: Comment, wanted: string): string[] =>
  tags.flatMap(({ name, text }) => (name === wanted ? [text] : []));
