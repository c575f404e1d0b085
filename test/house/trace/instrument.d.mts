/** The text of a file in which each function first calls `globalThis.started(file, line)`, if there is such a function. */
export function instrument(file: string, text: string): string;
