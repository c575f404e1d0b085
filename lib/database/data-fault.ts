/** The part of a driver's error that describes a refused value. */
interface DataFault {
  code?: string | number;
  message?: string;
  /** PostgreSQL's names for the place of the value. */
  table?: string;
  column?: string;
  constraint?: string;
}

// Each pattern matches the end of the message, behind the value, because a value may contain any text.
const NAMED = [
  /for column ([`'\w$.]+) at row \d+$/, // MariaDB: Data too long for column 'city' at row 1
  /^Column '([\w$]+)' cannot be null$/,
  /^Field '([\w$]+)' doesn't have a default value$/,
  /^CONSTRAINT ([`\w$.]+) failed for [`\w$.]+$/,
  /^(?:NOT NULL|CHECK) constraint failed: ([\w$.]+)$/, // SQLite
  /^cannot store \w+ value in \w+ column ([\w$.]+)$/,
];

/**
 * Describes for the log why the database refused a value: the code, the column or constraint if the driver
 * names it, and the beginning of the driver's message. The rest of the message may quote the value, which may
 * be a secret.
 */
export function dataFault({ code, message = '', table, column, constraint }: DataFault): string {
  const [beginning = ''] = message.split(/[:"'`]/);
  const told = NAMED.flatMap((pattern) => pattern.exec(message)?.[1] ?? []);
  const name = [column ?? constraint ?? told[0]?.replace(/[`']/g, '')].filter(Boolean);
  const place = [...(table === undefined ? [] : [table]), ...name].join('.');
  return `${code ?? 'no code'} (${beginning.trim()})${place === '' ? '' : ` at ${place}`}`;
}
