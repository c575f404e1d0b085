import { createReadStream, statSync } from 'node:fs';
import { CommandRefusedError } from '../refusal.js';
import { csvLines } from './csv-lines.js';
import type { ImportOptions } from './import-options.js';
import { ndjsonLines } from './ndjson-lines.js';
import type { Place, RawLine } from './raw-line.js';

/** The lines of a file, and the header of CSV. */
export interface ImportSource {
  header: readonly (string | undefined)[];
  lines: AsyncGenerator<RawLine>;
  totalBytes: number | undefined;
}

const BEGINNING: Place = { number: 0, end: 0 };

/**
 * Opens a file at a place, or a stream at its beginning.
 * @throws {CommandRefusedError} if there is no such file, or if it is no text in UTF-8
 */
export async function openSource(
  file: string | NodeJS.ReadableStream,
  { format = formatOf(file), delimiter = ',' }: ImportOptions,
  place: Place = BEGINNING,
): Promise<ImportSource> {
  if (!/^[^\w"\r\n]$/.test(delimiter) || delimiter > '\x7f') {
    throw new CommandRefusedError(
      'The delimiter must be one character of ASCII, and no letter, digit or quote.',
    );
  }
  const totalBytes = typeof file === 'string' ? sizeOf(file) : undefined;
  const read = (from: Place) => {
    const input = typeof file === 'string' ? createReadStream(file, { start: from.end }) : file;
    const bytes = requireUtf8(input as AsyncIterable<Buffer | string>, from);
    return format === 'csv' ? csvLines(bytes, from, delimiter) : ndjsonLines(bytes, from);
  };
  if (format !== 'csv') return { header: [], lines: read(place), totalBytes };
  let lines = read(BEGINNING);
  const { value: first } = (await lines.next()) as { value: RawLine | undefined };
  if (!first?.cells)
    throw new CommandRefusedError('The first line must be a header: the names of the columns.');
  if (place.end > 0) {
    await lines.return(undefined);
    lines = read(place);
  }
  return { header: first.cells, lines, totalBytes };
}

const formatOf = (file: string | NodeJS.ReadableStream): 'csv' | 'ndjson' =>
  typeof file === 'string' && /\.csv$/i.test(file) ? 'csv' : 'ndjson';

function sizeOf(file: string): number {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isFile()) return stat.size;
  throw new CommandRefusedError(`There is no file ${file}.`);
}

/** UTF-16, which begins with a mark of its own, and files with the line ends of old computers would be one wrong line. */
async function* requireUtf8(input: AsyncIterable<Buffer | string>, { end }: Place): AsyncGenerator<Buffer> {
  let isFirst = end === 0;
  for await (const chunk of input) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    if (isFirst && /^(fffe|feff)/.test(bytes.subarray(0, 2).toString('hex'))) {
      throw new CommandRefusedError('The file is in UTF-16; save it as UTF-8.');
    }
    if (isFirst && !bytes.includes('\n') && /\r./.test(bytes.toString('latin1'))) {
      throw new CommandRefusedError('The lines of the file end with CR only; save it with LF or CRLF.');
    }
    isFirst = false;
    yield bytes;
  }
}
