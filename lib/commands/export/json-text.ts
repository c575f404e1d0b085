/** Control characters and those that turn the direction of a text. JSON may have them, and a terminal obeys them. */
const OBEYED = /[\u007f-\u009f\p{Bidi_Control}\u2028\u2029]/gu;

/** JSON whose texts a terminal shows and does not obey. */
export const jsonText = (value: unknown, space?: number): string =>
  JSON.stringify(value, undefined, space).replace(
    OBEYED,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
