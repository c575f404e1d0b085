import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from './files.js';

/** A name that `lib/index.ts` exports. */
export interface PublicName {
  name: string;
  kind: string;
  doc: string;
  symbol: ts.Symbol;
}

export interface FrontDoor {
  names: PublicName[];
  checker: ts.TypeChecker;
}

export function tsOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (file) => ts.sys.readFile(file));
  return { ...ts.parseJsonConfigFileContent(config, ts.sys, ROOT).options, noEmit: true };
}

/** What `lib/index.ts` exports, values and types, sorted by name. */
export function openFrontDoor(): FrontDoor {
  const program = ts.createProgram([join(ROOT, 'lib/index.ts')], tsOptions());
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(join(ROOT, 'lib/index.ts'));
  const front = file && checker.getSymbolAtLocation(file);
  if (!front) throw new Error('lib/index.ts is no module.');

  const names = checker.getExportsOfModule(front).map((exported) => describe(exported, checker));
  return { names: names.sort((a, b) => (a.name < b.name ? -1 : 1)), checker };
}

function describe(exported: ts.Symbol, checker: ts.TypeChecker): PublicName {
  const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
  return {
    name: exported.name,
    kind: kindOf(symbol, isExportedAsType(exported)),
    doc: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
    symbol,
  };
}

const KINDS: [ts.SymbolFlags, string][] = [
  [ts.SymbolFlags.Class, 'class'],
  [ts.SymbolFlags.Function, 'function'],
  [ts.SymbolFlags.Variable, 'const'],
  [ts.SymbolFlags.Enum, 'enum'],
  [ts.SymbolFlags.TypeAlias, 'type'],
  [ts.SymbolFlags.Interface, 'interface'],
];

function kindOf(symbol: ts.Symbol, isTypeOnly: boolean): string {
  const kinds = KINDS.filter(([flag]) => symbol.flags & flag).map(([, kind]) => kind);
  const loses = isTypeOnly && symbol.flags & ts.SymbolFlags.Value;
  return `${loses ? 'type of ' : ''}${kinds.join(' and ')}`;
}

function isExportedAsType({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some(
    (each) => ts.isExportSpecifier(each) && (each.isTypeOnly || each.parent.parent.isTypeOnly),
  );
}
