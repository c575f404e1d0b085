/** A function that started: the file it stands in, and its line there. */
export interface Start {
  file: string;
  line: number;
}

/** A run of functions of one file, one after the other. */
export interface Visit extends Start {
  /** Whether the file was left before, and is come back to. */
  isReturn: boolean;
}

export interface Counts {
  files: number;
  changes: number;
  returns: number;
}

/** The files that a request passes through, in order; each with the first line there. */
export function visitsOf(starts: readonly Start[]): Visit[] {
  const seen = new Set<string>();
  return starts
    .filter(({ file }, index) => file !== starts[index - 1]?.file)
    .map(({ file, line }) => {
      const isReturn = seen.has(file);
      seen.add(file);
      return { file, line, isReturn };
    });
}

/** What a reader of the request has to follow. */
export function countsOf(starts: readonly Start[]): Counts {
  const visits = visitsOf(starts);
  const returns = visits.filter(({ isReturn }) => isReturn).length;
  return { files: visits.length - returns, changes: Math.max(visits.length - 1, 0), returns };
}
