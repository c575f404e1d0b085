/** Twice the longest password that the options allow, in UTF-16 units. No field of this library needs more. */
const LONGEST_TEXT = 8192;

/**
 * Whether a text, or one in a list, is longer than any field of this library needs. Ask it before any work on a
 * text: normalizing, matching or hashing 90 KB takes much time, and the client chooses the length.
 */
export const isTooLong = (value: unknown): boolean =>
  [value].flat().some((each) => typeof each === 'string' && each.length > LONGEST_TEXT);
