import { LineBuffer, textOf } from './line-buffer.js';
import { NOT_UTF8, type Place, type RawLine, TOO_LONG } from './raw-line.js';

const LINE_FEED = 0x0a;
const HINT = '; NDJSON has one object in each line';

/** Reads NDJSON. Blank lines are left out. */
export async function* ndjsonLines(input: AsyncIterable<Buffer>, place: Place): AsyncGenerator<RawLine> {
  const buffer = new LineBuffer(place);
  const take = (): RawLine | undefined => {
    const { bytes, ...at } = buffer.take();
    const read = lineOf(bytes);
    return read && { ...at, ...read };
  };
  for await (const chunk of input) {
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
      buffer.add(chunk.subarray(from, at + 1));
      from = at + 1;
      const line = take();
      if (line) yield line;
    }
    buffer.add(chunk.subarray(from));
  }
  const last = buffer.isEmpty ? undefined : take();
  if (last) yield last;
}

function lineOf(bytes: Buffer | undefined): Pick<RawLine, 'record' | 'fault'> | undefined {
  if (bytes === undefined) return { fault: TOO_LONG };
  const text = textOf(bytes);
  if (text === undefined) return { fault: NOT_UTF8 };
  if (text.trim() === '') return undefined;
  try {
    const record: unknown = JSON.parse(text);
    const isObject = typeof record === 'object' && record !== null && !Array.isArray(record);
    return isObject
      ? { record: record as Record<string, unknown> }
      : { fault: `is not an object of JSON${HINT}` };
  } catch {
    return { fault: `is not JSON${HINT}` };
  }
}
