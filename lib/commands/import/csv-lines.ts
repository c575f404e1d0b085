import { LineBuffer, textOf } from './line-buffer.js';
import { NOT_UTF8, type Place, type RawLine, TOO_LONG } from './raw-line.js';

const [LINE_FEED, QUOTE] = [0x0a, 0x22];

/**
 * Reads CSV (RFC 4180), the header too. Only a quote at the beginning of a cell opens it. Blank lines are left out. A
 * parser of a whole file would not say where each row ends, and so could not go on there.
 * @param delimiter one character of ASCII
 */
export async function* csvLines(
  input: AsyncIterable<Buffer>,
  place: Place,
  delimiter: string,
): AsyncGenerator<RawLine> {
  const buffer = new LineBuffer(place);
  const separator = delimiter.charCodeAt(0);
  let [isQuoted, isStart, breaks] = [false, true, 0];
  const take = (): RawLine | undefined => {
    const { bytes, ...at } = buffer.take(Math.max(1, breaks));
    const isOpen = isQuoted;
    [isQuoted, isStart, breaks] = [false, true, 0];
    const read = rowOf(bytes, delimiter, isOpen);
    return read && { ...at, ...read };
  };
  for await (const chunk of input) {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte === LINE_FEED) breaks++;
      if (isQuoted) {
        // Two quotes within a cell are one: the second one opens the cell again.
        if (byte === QUOTE) [isQuoted, isStart] = [false, true];
      } else if (byte === QUOTE && isStart) isQuoted = true;
      else if (byte === LINE_FEED) {
        buffer.add(chunk.subarray(from, at + 1));
        from = at + 1;
        const line = take();
        if (line) yield line;
      } else isStart = byte === separator || (isStart && isMark(byte, at));
    }
    buffer.add(chunk.subarray(from));
  }
  const last = buffer.isEmpty ? undefined : take();
  if (last) yield last;
}

/** The three bytes of the mark at the beginning of a file. */
const isMark = (byte: number | undefined, at: number): boolean => byte === [0xef, 0xbb, 0xbf][at];

function rowOf(
  bytes: Buffer | undefined,
  delimiter: string,
  isOpen: boolean,
): Pick<RawLine, 'cells' | 'fault'> | undefined {
  if (bytes === undefined) return { fault: TOO_LONG };
  const text = textOf(bytes);
  if (text === undefined) return { fault: NOT_UTF8 };
  if (text.trim() === '') return undefined;
  const cells = isOpen ? undefined : cellsOf(text, delimiter);
  return cells ? { cells } : { fault: 'has a quote that is not closed, or text behind one' };
}

/** `undefined` if a quote is wrong. */
export function cellsOf(text: string, delimiter: string): (string | undefined)[] | undefined {
  const cells: (string | undefined)[] = [];
  for (let at = 0; at <= text.length; at++) {
    if (text.charCodeAt(at) !== QUOTE) {
      const end = text.indexOf(delimiter, at) < 0 ? text.length : text.indexOf(delimiter, at);
      cells.push(at === end ? undefined : text.slice(at, end));
      at = end;
      continue;
    }
    let end = text.indexOf('"', at + 1);
    while (end >= 0 && text.charCodeAt(end + 1) === QUOTE) end = text.indexOf('"', end + 2);
    if (end < 0 || (end + 1 < text.length && text[end + 1] !== delimiter)) return undefined;
    cells.push(text.slice(at + 1, end).replaceAll('""', '"'));
    at = end + 1;
  }
  return cells;
}
