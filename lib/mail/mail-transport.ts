import { getSystemErrorName } from 'node:util';
import { ConfigurationError } from '../common/configuration-error.js';
import type { MailAddress } from './mail-address.js';

/** A mail, as nodemailer takes it. It is plain JSON, so a queue can keep it. It contains the token. */
export interface MailMessage {
  from: MailAddress;
  to: MailAddress;
  subject: string;
  text: string;
  html: string;
  headers: Record<string, string>;
  /** Nothing in a mail is read from a file or fetched. */
  disableFileAccess: true;
  disableUrlAccess: true;
}

/**
 * What sends a mail: a transporter of nodemailer, the client of a provider, or a function that puts it into a queue. Your
 * application closes it.
 */
export interface MailTransport {
  /** It may return a promise. A throw, or a rejection, means that the mail was not taken. */
  sendMail(message: MailMessage): unknown;
}

/** A transport that the library made, and closes. */
export interface OwnTransport extends MailTransport {
  /**
   * Loads nodemailer. Without this call, the first mail does it.
   * @throws {ConfigurationError} if nodemailer is missing, or does not take the options
   */
  open(): Promise<void>;
  sendMail(message: MailMessage): Promise<void>;
  /** Ends the connections, when the mails under way have left. */
  close(): void;
}

/** Options of nodemailer's `createTransport()`, such as `{ host, port, secure, auth }`. */
export type NodemailerOptions = Readonly<Record<string, unknown>> & { readonly sendMail?: undefined };

/** A server that does not answer must not hold mails for the ten minutes that nodemailer waits. */
const DEFAULTS = {
  pool: true,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 30_000,
  dnsTimeout: 10_000,
} as const;

/**
 * Makes the transport that `mailer()` makes of its option `transport`, for code of yours that takes mails out of a queue. It
 * keeps at most 5 connections open, and gives up a server that is silent for 30 seconds. Its errors contain no part of the mail.
 * @param options an SMTP URL, or options of nodemailer
 * @throws {ConfigurationError} for what is neither, and at the first mail if nodemailer is not installed
 */
export const mailTransport = (options: string | NodemailerOptions): OwnTransport =>
  new SmtpTransport(options, 'mailTransport()');

/** @throws {ConfigurationError} */
export function resolveTransport(path: string, given: unknown): MailTransport | OwnTransport {
  const isHosts = typeof (Object(given) as Partial<MailTransport>).sendMail === 'function';
  return isHosts ? (given as MailTransport) : new SmtpTransport(given, path);
}

export const isOwn = (transport: MailTransport | OwnTransport): transport is OwnTransport =>
  transport instanceof SmtpTransport;

type Transporter = MailTransport & { close(): void };

class SmtpTransport implements OwnTransport {
  /** Private at run time, too: it has the password. */
  readonly #options: object;
  #transporter: Promise<Transporter> | undefined;

  constructor(given: unknown, path: string) {
    this.#options = { ...DEFAULTS, ...requireOptions(path, given) };
  }

  async open(): Promise<void> {
    await (this.#transporter ??= create(this.#options));
  }

  async sendMail(message: MailMessage): Promise<void> {
    await this.open();
    await withoutContents(async () => (await this.#transporter)?.sendMail(message));
  }

  close(): void {
    const opened = this.#transporter;
    this.#transporter = undefined;
    void opened?.then(
      (transporter) => transporter.close(),
      () => undefined,
    );
  }
}

function requireOptions(path: string, given: unknown): object {
  const isUrl = typeof given === 'string' && /^smtps?:\/\/[^/\s]/i.test(given) && URL.canParse(given);
  if (!isUrl && (typeof given !== 'object' || given === null || Object.keys(given).length === 0)) {
    throw new ConfigurationError(
      `${path} ${given === undefined ? 'is missing; it must' : 'must'} be an SMTP URL such as 'smtps://user:password@smtp.example.com', options of nodemailer, or an object with the method sendMail().`,
    );
  }
  const options: object = isUrl ? { url: given } : (given as object);
  const talkative = ['debug', 'logger', 'transactionLog'].find((name) => isOn(name, options));
  if (talkative === undefined) return options;
  throw new ConfigurationError(
    `${path} must not set ${talkative}, because it prints mails with their tokens; leave it out.`,
  );
}

function isOn(name: string, options: object): boolean {
  const { url, [name]: own } = options as Readonly<Record<string, unknown>>;
  const inUrl =
    typeof url === 'string' && URL.canParse(url) ? new URL(url).searchParams.get(name) : undefined;
  return Boolean(own) || ![undefined, null, '', 'false', '0'].includes(inUrl);
}

async function create(options: object): Promise<Transporter> {
  const { createTransport } = await import('nodemailer').catch((error: unknown) => {
    if (
      (Object(error) as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND' &&
      !/cannot find/i.test(String(error))
    )
      throw error;
    throw new ConfigurationError(
      'mailer() needs the package nodemailer for this transport; run npm install nodemailer, or give it a transport of your own with the method sendMail().',
    );
  });
  return createTransport(options);
}

/**
 * A server may repeat the mail in its refusal, and so may the client of a provider in its error. So only the words that
 * cannot contain it are told.
 */
export async function withoutContents(send: () => unknown): Promise<void> {
  try {
    await send();
  } catch (error) {
    throw error instanceof MailNotSentError ? error : new MailNotSentError(error);
  }
}

/** The transport did not take a mail. It has no `cause`, because that may contain the mail. */
class MailNotSentError extends Error {
  override readonly name = 'MailNotSentError';

  constructor(error: unknown) {
    super(`The transport did not take the mail (${reasonsOf(error).join(', ') || 'no reason known'}).`);
  }
}

function reasonsOf(error: unknown): string[] {
  try {
    const { name, code, errno, command, responseCode, statusCode } = Object(error) as Readonly<
      Record<string, unknown>
    >;
    const words = [name, code, systemError(errno), command].filter(isWord);
    const statuses = [responseCode, statusCode].filter(isStatus).map(String);
    return [...new Set([...words, ...statuses])].filter((word) => word !== 'Error');
  } catch {
    return [];
  }
}

/** `TypeError`, `ETIMEDOUT`, `RCPT TO`. A token has digits. */
const isWord = (value: unknown): value is string =>
  typeof value === 'string' && /^[A-Za-z][A-Za-z_ ]{1,39}$/.test(value);

const isStatus = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 100 && value <= 599;

function systemError(errno: unknown): string | undefined {
  return typeof errno === 'number' && Number.isInteger(errno) && errno < 0
    ? getSystemErrorName(errno)
    : undefined;
}
