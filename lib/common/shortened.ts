/**
 * The beginning of a text that a client sent: enough to find a mistake, and an answer never returns more of it.
 */
export const shortened = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most).toWellFormed()}…` : text;
