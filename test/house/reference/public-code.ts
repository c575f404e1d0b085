import ts from 'typescript';
import { compileFrontDoors, openFrontDoors, type PublicName } from '../front-door.js';

/** A name, and the import that has it. */
export type ImportedName = PublicName & { specifier: string };

/** What the front doors export, as the compiler reads it. */
export class PublicCode {
  readonly names: readonly ImportedName[];
  readonly checker: ts.TypeChecker;

  constructor() {
    const program = compileFrontDoors();
    this.checker = program.getTypeChecker();
    this.names = openFrontDoors(program).flatMap(({ specifier, names }) =>
      names.map((name) => ({ ...name, specifier })),
    );
  }

  interface(name: string): ts.Symbol {
    const symbol = this.find(name);
    if (symbol && symbol.flags & ts.SymbolFlags.Interface) return symbol;
    throw new Error(`No front door exports an interface ${name}.`);
  }

  class(name: string): ts.ClassDeclaration {
    const declaration = this.find(name)?.valueDeclaration;
    if (declaration && ts.isClassDeclaration(declaration)) return declaration;
    throw new Error(`No front door exports a class ${name}.`);
  }

  /** The properties of a constant object. */
  propertiesOf(name: string): ts.Symbol[] {
    const symbol = this.find(name);
    if (!symbol) throw new Error(`No front door exports ${name}.`);
    return this.checker.getTypeOfSymbol(symbol).getProperties();
  }

  private find(name: string): ts.Symbol | undefined {
    return this.names.find((each) => each.name === name)?.symbol;
  }
}
