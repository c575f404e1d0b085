import { appendFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';

export interface Mail {
  kind: 'verification' | 'password-reset';
  to: string;
  token: string;
}

/** Writes mails instead of sending them, one JSON object a line: into a file, or else to the console. */
export class Outbox {
  constructor(private readonly file?: string) {
    if (file !== undefined) checkWritable(file);
  }

  async send(mail: Mail): Promise<void> {
    const line = JSON.stringify(mail);
    if (this.file === undefined) console.log(line);
    else await appendFile(this.file, `${line}\n`);
  }
}

function checkWritable(file: string): void {
  try {
    appendFileSync(file, '');
  } catch (cause) {
    throw new Error(`OUTBOX must name a file that can be written, not "${file}".`, { cause });
  }
}
