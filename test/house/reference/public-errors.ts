import ts from 'typescript';
import { commentOf, tagOf } from './comments.js';
import type { ImportedName, PublicCode } from './public-code.js';

/** A class of errors, as its constructor and its doc comment tell it. */
export interface PublicError {
  name: string;
  /** The import that has it. */
  specifier: string;
  /** Its classes, from itself upwards. */
  ancestry: readonly string[];
  /** What its constructor, or that of its base class, gives to `super()`: a status or a code, if it is a literal. */
  given: string | undefined;
  /** The tag `@status`, for an error whose status varies. */
  status: string | undefined;
  /** The doc comment as one line of Markdown, whose links begin at the root. */
  text: string;
}

/** Every class of errors that a front door exports, except the abstract ones. */
export const errorsOf = (code: PublicCode): PublicError[] =>
  code.names.flatMap((each) => {
    const error = each.kind === 'class' ? read(each, code) : undefined;
    return error?.ancestry.includes('Error') ? [error] : [];
  });

/** The name of the class, as a page writes it. */
export const importOf = ({ name, specifier }: PublicError): string =>
  specifier.includes('/') ? `\`${name}\` of \`${specifier}\`` : `\`${name}\``;

function read({ name, specifier, symbol }: ImportedName, { checker }: PublicCode): PublicError | undefined {
  const declaration = symbol.valueDeclaration;
  if (!declaration || ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Abstract) return undefined;
  const types = ancestryOf(checker.getDeclaredTypeOfSymbol(symbol) as ts.InterfaceType, checker);
  const comment = commentOf(declaration);
  return {
    name,
    specifier,
    ancestry: types.map((type) => type.symbol.name),
    given: types.map((type) => givenToSuper(type.symbol.valueDeclaration)).find(Boolean),
    status: tagOf(comment, 'status'),
    text: comment.text,
  };
}

const ancestryOf = (type: ts.InterfaceType, checker: ts.TypeChecker): ts.InterfaceType[] => [
  type,
  ...checker.getBaseTypes(type).flatMap((base) => ancestryOf(base as ts.InterfaceType, checker)),
];

function givenToSuper(node: ts.Node | undefined): string | undefined {
  if (!node) return undefined;
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword) {
    const [first] = node.arguments;
    return first && (ts.isStringLiteral(first) || ts.isNumericLiteral(first)) ? first.text : undefined;
  }
  return ts.forEachChild(node, givenToSuper);
}
