import { CodeTables } from './code-tables.js';
import { ErrorTables } from './error-tables.js';
import { EventTables } from './event-tables.js';
import { HookTables } from './hook-tables.js';
import { MethodTables } from './method-tables.js';
import { OptionTables } from './option-tables.js';
import { PublicCode } from './public-code.js';
import { PublicOptions } from './public-options.js';
import { RouteTables } from './route-tables.js';
import type { TableKind } from './tables.js';

export interface Reference {
  options: PublicOptions;
  /** Every kind of table that the pages may have, by the word that begins it. */
  kinds: Readonly<Record<string, TableKind>>;
}

/** Reads the code once, for the tables of all pages. */
export function readReference(): Reference {
  const code = new PublicCode();
  const options = new PublicOptions(code);
  const kinds = {
    options: new OptionTables(options),
    methods: new MethodTables(code),
    hooks: new HookTables(code),
    events: new EventTables(code),
    codes: new CodeTables(code),
    errors: new ErrorTables(code),
    routes: new RouteTables(),
  };
  return { options, kinds };
}
