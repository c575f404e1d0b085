import ts from 'typescript';

/**
 * What makes a file of a fragment, the first that does: nothing around statements, a service around methods that override,
 * `forRoot()` around options, a controller around other methods, and a method behind decorators. Each begins in the first
 * line of the code, so that lines keep their numbers.
 */
const FRAMES: readonly { before: string; behind: string; needs?: RegExp }[] = [
  { before: '', behind: '' },
  { before: 'class Fragment extends ServiceOfFragment<User> { ', behind: '}', needs: /^\s*override /m },
  { before: 'UsersModule.forRoot({ ...optionsOfForRoot, ', behind: '});' },
  { before: 'class Fragment extends ControllerOfFragment { ', behind: '}' },
  { before: 'class Fragment { ', behind: 'method() {} }' },
];

/** What a call takes where a page leaves options out by this comment. */
const LEFT_OUT = '/* … */';
const REQUIRED: Readonly<Record<string, string>> = {
  forRoot: 'optionsOfForRoot',
  forRootAsync: 'optionsOfForRootAsync',
  oauth2: 'optionsOfOauth2',
};

/** A block with an import is a whole file, as it stands in an application; any other is a fragment. */
export const isWhole = (code: string): boolean => parse(code).statements.some(ts.isImportDeclaration);

/** The code as a file; its own text, if no frame makes one of it. */
export function framed(code: string): string {
  const frames = FRAMES.filter(({ needs }) => needs?.test(code) ?? true);
  return frames.map(({ before, behind }) => `${before}${code}${behind}`).find(isFile) ?? code;
}

/** `auth: {}` is an option, and not a statement with a label. */
const isFile = (text: string): boolean =>
  ts.transpileModule(text, { reportDiagnostics: true }).diagnostics?.length === 0 &&
  !parse(text).statements.some(ts.isLabeledStatement);

/** The file with all that must be there in place of what a page leaves out. */
export function completed(text: string): string {
  const file = parse(text);
  const places: [position: number, spread: string][] = [];
  const visit = (node: ts.Node) => {
    if (ts.isCallExpression(node)) {
      const [given] = node.arguments;
      const required = REQUIRED[nameOfCall(node, file)];
      if (given && required && leavesOut(given, file))
        places.push([given.getStart(file) + 1, ` ...${required},`]);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return places
    .sort(([a], [b]) => b - a)
    .reduce((whole, [at, spread]) => `${whole.slice(0, at)}${spread}${whole.slice(at)}`, text);
}

const nameOfCall = ({ expression }: ts.CallExpression, file: ts.SourceFile): string =>
  (ts.isPropertyAccessExpression(expression) ? expression.name : expression).getText(file);

/** The comment is the object's own, and no option's. */
function leavesOut(node: ts.Expression, file: ts.SourceFile): boolean {
  if (!ts.isObjectLiteralExpression(node)) return false;
  const options = node.properties.map((option) => [option.getStart(file), option.getEnd()] as const);
  const text = options.reduce(
    (rest, [start, end]) => rest.slice(0, start) + ' '.repeat(end - start) + rest.slice(end),
    file.text,
  );
  return text.slice(node.getStart(file), node.getEnd()).includes(LEFT_OUT);
}

/** The names that a file declares for itself, at its top. */
export const declaredNames = (text: string): string[] =>
  parse(text).statements.flatMap((statement) => namesOf(statement));

/** Those of them that it exports. */
export const exportedNames = (text: string): string[] =>
  parse(text)
    .statements.filter(
      (statement) =>
        ts.canHaveModifiers(statement) &&
        ts.getModifiers(statement)?.[0]?.kind === ts.SyntaxKind.ExportKeyword,
    )
    .flatMap(namesOf);

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  }
  const { name } = statement as ts.DeclarationStatement;
  return name && ts.isIdentifier(name) ? [name.text] : [];
}

/** Every word that may be a name. */
export const wordsOf = (text: string): Set<string> => new Set(text.match(/[A-Za-z_]\w*/g) ?? []);

const parse = (text: string): ts.SourceFile =>
  ts.createSourceFile('block.ts', text, ts.ScriptTarget.ESNext, true);
