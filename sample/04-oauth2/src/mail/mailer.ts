import { Inject, Injectable } from '@nestjs/common';

/** Where mails point to. Never taken from a request: its Host header is the word of whoever sent it. */
export const ORIGIN = Symbol('the address of the application');

/** Prints mails instead of sending them, each with a command that does what a link in the mail would lead to. */
@Injectable()
export class Mailer {
  constructor(@Inject(ORIGIN) private readonly origin: string) {}

  send(to: string, subject: string, path: string, body: object) {
    console.log(`
✉  To ${to}: ${subject}

curl ${this.origin}${path} --json '${JSON.stringify(body)}'
`);
  }
}
