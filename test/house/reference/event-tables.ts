import type ts from 'typescript';
import { commentOf } from './comments.js';
import type { PublicCode } from './public-code.js';
import type { TableKind } from './tables.js';

/**
 *     <!-- events: UserEvents -->
 */
export class EventTables implements TableKind {
  constructor(private readonly code: PublicCode) {}

  rows(contents: string): string[][] {
    const rows = this.eventsOf(contents).map(({ name, value, text }) => [
      `\`${name}\``,
      `\`${value}\``,
      text,
    ]);
    return [['event', 'name', 'moment'], ...rows];
  }

  shown(contents: string): string[] {
    return this.eventsOf(contents).map(({ name }) => name);
  }

  names(): string[] {
    return this.shown('UserEvents');
  }

  faults(): string[] {
    const silent = this.eventsOf('UserEvents').filter(({ text }) => text === '');
    return silent.map(({ name }) => `${name} has no doc comment`);
  }

  private eventsOf(owner: string): { name: string; value: string; text: string }[] {
    return this.code.propertiesOf(owner).map((property) => ({
      name: `${owner}.${property.name}`,
      // `as const` gives each of them a type of its own.
      value: (this.code.checker.getTypeOfSymbol(property) as ts.StringLiteralType).value,
      text: property.valueDeclaration ? commentOf(property.valueDeclaration).text : '',
    }));
  }
}
