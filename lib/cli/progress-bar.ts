import { clearLine, cursorTo } from 'node:readline';

const WIDTH = 30;
const EVERY_MS = 100;

/** How far an import is, in the last line of a terminal. Elsewhere it shows nothing. */
export class ProgressBar {
  private readonly stream = process.stderr;
  private readonly start = Date.now();
  private shownAt = 0;

  /** @param total the bytes in all; `undefined` if they are not known */
  show(bytes: number, total: number | undefined, line: number): void {
    const now = Date.now();
    if (!this.stream.isTTY || now - this.shownAt < EVERY_MS) return;
    this.shownAt = now;
    this.clear();
    const rate = Math.round((line * 1000) / Math.max(1, now - this.start));
    this.stream.write(`${total ? bar(bytes / total) : ''}line ${line}, ${rate} lines a second`);
  }

  clear(): void {
    if (!this.stream.isTTY) return;
    cursorTo(this.stream, 0);
    clearLine(this.stream, 0);
  }
}

function bar(part: number): string {
  const full = Math.round(Math.min(1, part) * WIDTH);
  return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${Math.floor(part * 100)} %  `;
}
