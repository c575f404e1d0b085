import { isUtf8 } from 'node:buffer';
import { LONGEST_LINE_BYTES, type Place } from './raw-line.js';

/** Gathers the bytes of a line that comes in several parts, and forgets those of a line that is too long. */
export class LineBuffer {
  private parts: Buffer[] = [];
  private length = 0;
  private readonly place: Place;

  constructor(place: Place) {
    this.place = { ...place };
  }

  /** Whether nothing of the next line has come yet. */
  get isEmpty(): boolean {
    return this.length === 0;
  }

  add(part: Buffer): void {
    this.length += part.length;
    if (this.length <= LONGEST_LINE_BYTES) this.parts.push(part);
    else this.parts = [];
  }

  /**
   * Ends the line.
   * @param breaks how many line ends its bytes have
   * @returns the number of its first and of its last line, the bytes up to its end, and its own bytes, which are
   * `undefined` if it is too long
   */
  take(breaks = 1): { number: number; last: number; end: number; bytes: Buffer | undefined } {
    const number = this.place.number + 1;
    this.place.number += breaks;
    this.place.end += this.length;
    const bytes = this.length > LONGEST_LINE_BYTES ? undefined : Buffer.concat(this.parts);
    [this.parts, this.length] = [[], 0];
    return { number, last: this.place.number, end: this.place.end, bytes };
  }
}

/** The text without its line end and without the mark at the beginning of a file; `undefined` if it is not UTF-8. */
export function textOf(bytes: Buffer): string | undefined {
  if (!isUtf8(bytes)) return undefined;
  return bytes
    .toString()
    .replace(/^\uFEFF/, '')
    .replace(/\r?\n$/, '');
}
