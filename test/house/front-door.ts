import { join } from 'node:path';
import ts from 'typescript';
import { FRONT_DOORS, ROOT } from './files.js';

/** A name that a front door exports. */
export interface PublicName {
  name: string;
  kind: string;
  doc: string;
  symbol: ts.Symbol;
}

/** What a host imports by one specifier. */
export interface FrontDoor {
  specifier: string;
  /** Values and types, sorted by name. */
  names: PublicName[];
}

export function tsOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (file) => ts.sys.readFile(file));
  return { ...ts.parseJsonConfigFileContent(config, ts.sys, ROOT).options, noEmit: true };
}

export const compileFrontDoors = (): ts.Program =>
  ts.createProgram(
    FRONT_DOORS.map(({ file }) => join(ROOT, file)),
    tsOptions(),
  );

export function openFrontDoors(program = compileFrontDoors()): FrontDoor[] {
  return FRONT_DOORS.map(({ specifier, file }) => ({ specifier, names: namesOf(file, program) }));
}

function namesOf(file: string, program: ts.Program): PublicName[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(join(ROOT, file));
  const door = source && checker.getSymbolAtLocation(source);
  if (!door) throw new Error(`${file} is no module.`);

  const names = checker.getExportsOfModule(door).map((exported) => describe(exported, checker));
  return names.sort((a, b) => (a.name < b.name ? -1 : 1));
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
