import { posix } from 'node:path';

/**
 * What stands in the tables of one kind. A table of a page stands between two comments, of which the first has the kind
 * and what the table is made of:
 *
 *     <!-- methods: RolesService -->
 *     <!-- end of methods -->
 */
export interface TableKind {
  /** The head, and the rows, whose links begin at the root. */
  rows(contents: string): string[][];
  /** The names that a table documents. */
  shown(contents: string): string[];
  /** The names that some table must document. */
  names(): string[];
  /** What is missing in the code, in words: `UserEvents.Updated has no doc comment`. */
  faults(): string[];
}

const TABLE = /^<!-- (\w+): ([^\n]+) -->\n[\s\S]*?^<!-- end of \1 -->$/gm;

/** The kind and the contents of each table of a page. */
export const tablesOf = (text: string): { kind: string; contents: string }[] =>
  [...text.matchAll(TABLE)].map(([, kind = '', contents = '']) => ({ kind, contents }));

/** The page with its tables as the code has them. */
export const withTables = (page: string, text: string, kinds: Readonly<Record<string, TableKind>>): string =>
  text.replace(TABLE, (table: string, kind: string, contents: string) => {
    const [opening = ''] = table.split('\n', 1);
    const rows = kinds[kind]?.rows(contents);
    if (!rows) throw new Error(`${page} has a table of ${kind}, which there are not.`);
    const linked = rows.map((row) => row.map((cell) => linkedFrom(page, cell)));
    return [opening, '', ...aligned(linked), '', `<!-- end of ${kind} -->`].join('\n');
  });

/** Links of the code begin at the root, those of a page at its folder. */
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
