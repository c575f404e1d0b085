/** Where results go. Whatever else the application prints goes to stderr, so that a pipe gets results only. */
export class Results {
  private readonly writeOut = process.stdout.write.bind(process.stdout);
  /** Whether whoever read the results has gone. */
  private isClosed = false;

  constructor() {
    process.stdout.write = process.stderr.write.bind(process.stderr);
    process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'EPIPE') this.isClosed = true;
    });
  }

  /** @returns `false` if nobody reads any more, as behind `| head` */
  write(text: string): Promise<boolean> {
    if (this.isClosed) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.writeOut(text, (error) => resolve(!error));
    });
  }
}

/** Tells the person at the command line something that is no result. */
export function tell(sentence: string): void {
  process.stderr.write(`${printable(sentence)}\n`);
}

/** Replaces control characters: a name in the database could otherwise write to the terminal what it likes. */
export const printable = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu,
    (sign) => `\\u{${sign.codePointAt(0)?.toString(16)}}`,
  );
