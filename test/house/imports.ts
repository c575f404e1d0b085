import { posix } from 'node:path';
import ts from 'typescript';

/** One import, re-export or `import()`; `to` is a file of lib, or what stands there if it is a package's. */
export interface Import {
  from: string;
  to: string;
  isTypeOnly: boolean;
}

export function importsOf(file: string, text: string): Import[] {
  const imports: Import[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined) {
      imports.push({ from: file, to: resolve(file, specifier), isTypeOnly: isTypeOnly(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return imports;
}

function specifierOf(node: ts.Node): string | undefined {
  let specifier: ts.Node | undefined;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) specifier = node.moduleSpecifier;
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    specifier = node.arguments[0];
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) specifier = node.argument.literal;
  return specifier && ts.isStringLiteral(specifier) ? specifier.text : undefined;
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportTypeNode(node)) return true;
  const clause = ts.isImportDeclaration(node) ? node.importClause : undefined;
  if (clause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  if (ts.isExportDeclaration(node) && node.isTypeOnly) return true;
  if (clause?.name) return false;

  const named = ts.isExportDeclaration(node) ? node.exportClause : clause?.namedBindings;
  const isList = named && (ts.isNamedImports(named) || ts.isNamedExports(named));
  return !!isList && named.elements.length > 0 && named.elements.every((each) => each.isTypeOnly);
}

function resolve(file: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  return posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts');
}
