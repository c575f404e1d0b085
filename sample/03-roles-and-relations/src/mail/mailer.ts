import { Injectable } from '@nestjs/common';

/** Prints mails instead of sending them. */
@Injectable()
export class Mailer {
  send(to: string, subject: string, text: string) {
    console.log(`\n✉  To ${to}: ${subject}\n${text}\n`);
  }
}
