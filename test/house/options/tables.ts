import { posix } from 'node:path';
import ts from 'typescript';
import type { Option, PublicOptions } from './public-options.js';

/**
 * A table of a page stands between two comments, of which the first says what it is made of:
 *
 *     <!-- options: AdministrationOptions, UserManagementOptions | factory: UsersModuleSettings.userManagement -->
 *     <!-- end of options -->
 *
 * - Before the bar: the interfaces whose own options are the rows. `OAuth2SettingsOptions as oauth2` calls them
 *   `oauth2.clients` and so on.
 * - Behind the bar: the type of what a factory may give, for the column `factory`; `none` if that is nothing. Without
 *   the bar, the table has no such column.
 */
const TABLE = /^<!-- options: ([^|\n]+?)(?: \| factory: (\S+))? -->\n[\s\S]*?^<!-- end of options -->$/gm;

/** The interfaces whose options a page shows. */
export const shownOn = (text: string): string[] =>
  [...text.matchAll(TABLE)].flatMap(([, owners = '']) => ownersOf(owners).map(({ name }) => name));

/** The page with its tables as the doc comments have them. */
export const withTables = (page: string, text: string, options: PublicOptions): string =>
  text.replace(TABLE, (table: string, owners: string, factory: string | undefined) => {
    const [opening = ''] = table.split('\n', 1);
    const rows = ownersOf(owners).flatMap((owner) => rowsOf(page, owner, factory, options));
    const head = ['option', ...(factory === undefined ? [] : ['factory']), 'default', 'effect'];
    return [opening, '', ...aligned([head, ...rows]), '', '<!-- end of options -->'].join('\n');
  });

interface Owner {
  name: string;
  /** The names of the options that lead to it. */
  path: readonly string[];
}

const ownersOf = (owners: string): Owner[] =>
  owners.split(', ').map((owner) => {
    const [name = '', ...path] = owner.split(' as ');
    return { name, path };
  });

function rowsOf(page: string, owner: Owner, factory: string | undefined, options: PublicOptions): string[][] {
  const { name: interfaceName, path } = owner;
  const hasType = factory !== undefined && factory !== 'none';
  const given = hasType ? options.propertiesOf([factory, ...path].join('.')) : undefined;
  return options.declaredBy(interfaceName).map((option) => {
    const row = [`\`${[...path, option.name].join('.')}\``];
    if (factory !== undefined) row.push(fromFactory(option, given));
    row.push(defaultOf(option), linkedFrom(page, option.text));
    return row;
  });
}

/** What a factory gives is the option itself if both are declared in one place. */
function fromFactory(
  { name, declaration }: Option,
  given: ReturnType<PublicOptions['propertiesOf']> = new Map(),
) {
  const [own = ''] = name.split('.');
  const declarations = given.get(own);
  if (!declarations) return 'no';
  return declarations.includes(declaration) ? 'yes' : 'in part';
}

function defaultOf({ default: value = '', isRequired }: Option): string {
  if (isRequired) return 'required';
  return isCode(value) ? `\`${value}\`` : value;
}

/** An expression of TypeScript, and not just a word: `dtos.read`, and not `none`. */
function isCode(text: string): boolean {
  if (/^(?!true$|false$)[a-z]+$/.test(text) || text.includes('`')) return false;
  return ts.transpileModule(`(${text})`, { reportDiagnostics: true }).diagnostics?.length === 0;
}

/** Links of an option begin at the root, those of a page at its folder. */
const linkedFrom = (page: string, text: string): string =>
  text.replace(/\]\((docs\/[^)#]+)/g, (_, target: string) =>
    target === page ? '](' : `](${posix.relative(posix.dirname(page), target)}`,
  );

/** As prettier writes a table. */
function aligned(rows: string[][]): string[] {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('|', String.raw`\|`)));
  const [head = [], ...body] = cells;
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]) =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)];
}
