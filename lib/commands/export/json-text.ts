/** Characters that a terminal obeys: control characters, and those that turn the direction of a text. */
export const OBEYED = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** JSON whose texts a terminal shows and does not obey. */
export const jsonText = (value: unknown, space?: number): string =>
  JSON.stringify(value, undefined, space).replace(OBEYED, (sign) =>
    // Outside of texts, JSON breaks lines.
    sign === '\n' ? sign : `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
