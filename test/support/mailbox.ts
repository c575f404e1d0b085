import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A mail as it came over the wire. */
export interface ReceivedMail {
  /** The recipients of the envelope. */
  recipients: string[];
  sender: string;
  parsed: ParsedMail;
  /** All of it, with its header, undecoded. */
  raw: string;
}

/** An SMTP server on loopback that keeps every mail. */
export class Mailbox {
  readonly mails: ReceivedMail[] = [];
  private readonly server: SMTPServer;
  private readonly sockets = new Set<Socket>();
  connections = 0;

  /** @param options what differs: authentication, TLS, refusals */
  static async open(options: SMTPServerOptions = {}): Promise<Mailbox> {
    const mailbox = new Mailbox(options);
    mailbox.server.listen(0, '127.0.0.1');
    await once(mailbox.server.server, 'listening');
    return mailbox;
  }

  private constructor(options: SMTPServerOptions) {
    this.server = new SMTPServer({
      authOptional: true,
      disabledCommands: options.secure || options.key ? [] : ['STARTTLS'],
      onData: (stream, { envelope }, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const raw = Buffer.concat(chunks);
          void simpleParser(raw).then((parsed) => {
            const recipients = envelope.rcptTo.map(({ address }) => address);
            const { address: sender } = envelope.mailFrom || { address: '' };
            this.mails.push({ recipients, sender, parsed, raw: raw.toString() });
            done();
          }, done);
        });
      },
      ...options,
    });
    this.server.on('error', () => undefined);
    this.server.server.on('connection', (socket: Socket) => {
      this.connections += 1;
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  get port(): number {
    return (this.server.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  get openConnections(): number {
    return this.sockets.size;
  }

  /** The newest mail, to this address or to any. */
  last(to?: string): ReceivedMail {
    const mail = this.mails.findLast(({ recipients }) => to === undefined || recipients.includes(to));
    if (!mail) throw new Error(`There is no mail${to ? ` to ${to}` : ''}.`);
    return mail;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
  }
}

/** The links of a mail that begin with this URL: in its text, and in its HTML, where browsers read them. */
export function linksOf({ parsed }: ReceivedMail, publicUrl: string): { text: string[]; html: string[] } {
  const from = (links: IterableIterator<RegExpExecArray>) =>
    [...links].map(([, link = '']) => link).filter((link) => link.startsWith(publicUrl));
  return {
    text: from((parsed.text ?? '').matchAll(/(https?:\S+)/g)),
    html: from((parsed.html || '').replaceAll('&amp;', '&').matchAll(/href="([^"]*)"/g)),
  };
}

/** The token of a mail, as the page finds it to which the link leads. */
export function tokenOf(mail: ReceivedMail, publicUrl: string): string {
  const [link = ''] = linksOf(mail, publicUrl).text;
  return new URLSearchParams(new URL(link).hash.slice(1)).get('token') ?? '';
}
