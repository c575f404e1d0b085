import type { LoggerService } from '@nestjs/common';
import { inspect } from 'node:util';

const HASHES =
  /\$argon2(id|i|d)\$|\$2[aby]\$\d\d\$|pbkdf2_sha\d|\$(pbkdf2|keycloak|scrypt|bcrypt-sha256|firebase|wp|P|H)\b.*\$./;
const TOO_COMMON = 8;

/** Sees every answer and every log line of one host, and knows the secrets that none of them may hold. */
export class SecretsScan implements LoggerService {
  logLines: string[] = [];
  private answers: string[] = [];
  private readonly secrets = new Set<string>();
  private readonly unloggable = new Set<string>();

  /** Must appear in no answer and no log line. */
  plant(secret: unknown): void {
    if (typeof secret === 'string' && secret.length >= TOO_COMMON) this.secrets.add(secret);
  }

  /** Is an answer's business, but no log's: an access token. */
  plantForLogs(secret: unknown): void {
    if (typeof secret === 'string') this.unloggable.add(secret);
  }

  saw(answer: { text?: string; headers: object; body?: unknown }): void {
    this.answers.push(`${answer.text ?? ''} ${JSON.stringify(answer.headers)}`);
    this.plantForLogs((answer.body as { access_token?: unknown } | undefined)?.access_token);
  }

  log = (...parts: unknown[]): void => this.note(parts);
  error = (...parts: unknown[]): void => this.note(parts);
  warn = (...parts: unknown[]): void => this.note(parts);
  debug = (...parts: unknown[]): void => this.note(parts);
  verbose = (...parts: unknown[]): void => this.note(parts);
  fatal = (...parts: unknown[]): void => this.note(parts);

  /** @throws {Error} that says where a secret appeared */
  assertNothingLeaked(): void {
    for (const line of [...this.answers, ...this.logLines]) {
      const leaked = [...this.secrets].find((secret) => line.includes(secret));
      if (leaked !== undefined || HASHES.test(line))
        throw new Error(`A secret leaked: ${leaked ?? 'a hash'} in ${line}`);
    }
    const logged = this.logLines.find((line) => [...this.unloggable].some((token) => line.includes(token)));
    if (logged !== undefined) throw new Error(`A log line holds an access token: ${logged}`);
  }

  /** For the next test. */
  forget(): void {
    this.logLines = [];
    this.answers = [];
    this.secrets.clear();
    this.unloggable.clear();
  }

  private note(parts: unknown[]): void {
    this.logLines.push(
      parts.map((part) => (typeof part === 'string' ? part : inspect(part, { depth: 8 }))).join(' '),
    );
  }
}
