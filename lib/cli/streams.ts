import { OBEYED } from '../commands/export/json-text.js';
import { CommandRefusedError } from '../commands/refusal.js';

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

  /**
   * @returns `false` if nobody reads any more, as behind `| head`
   * @throws {CommandRefusedError} if they cannot be written, as on a full disk
   */
  async write(text: string): Promise<boolean> {
    if (this.isClosed) return false;
    const shown = process.stdout.isTTY ? text.split(/\r?\n/).map(printable).join('\n') : text;
    try {
      // Where standard output is a file, some versions of Node throw the error instead of passing it.
      await new Promise<void>((resolve, reject) => {
        this.writeOut(shown, (error) => (error ? reject(error) : resolve()));
      });
      return true;
    } catch (error) {
      const { code = 'no code' } = error as NodeJS.ErrnoException;
      this.isClosed = code === 'EPIPE';
      if (this.isClosed) return false;
      throw new CommandRefusedError(`The results cannot be written to standard output (${code}).`);
    }
  }
}

/** Tells the person at the command line something that is no result. */
export function tell(sentence: string): void {
  process.stderr.write(`${printable(sentence)}\n`);
}

/** Replaces control characters: a name in the database could otherwise write to the terminal what it likes. */
export const printable = (text: string): string =>
  text.replace(OBEYED, (sign) => `\\u{${sign.codePointAt(0)?.toString(16)}}`);
