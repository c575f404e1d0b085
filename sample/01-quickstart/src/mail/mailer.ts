import { Injectable } from '@nestjs/common';
import { baseUrl } from '../configuration.js';

/** Prints mails instead of sending them, each with a command that does what a link in the mail would lead to. */
@Injectable()
export class Mailer {
  send(to: string, subject: string, path: string, body: object) {
    console.log(`
✉  To ${to}: ${subject}

curl ${baseUrl}${path} --json '${JSON.stringify(body)}'
`);
  }
}
