import { ERROR_TABLE } from '../../../lib/common/error-codes.js';
import type { PublicCode } from './public-code.js';
import { errorsOf, importOf, type PublicError } from './public-errors.js';
import type { TableKind } from './tables.js';

/**
 *     <!-- codes: ERROR_TABLE -->
 *
 * Every code, in the order of the statuses, with the class that has it.
 */
export class CodeTables implements TableKind {
  private readonly errors: readonly PublicError[];

  constructor(code: PublicCode) {
    this.errors = errorsOf(code);
  }

  rows(): string[][] {
    const rows = Object.entries(ERROR_TABLE)
      .sort(([, [one]], [, [other]]) => one - other)
      .map(([code, [status, message]]) => {
        const error = this.classOf(code);
        return [`\`${code}\``, `${status}`, message, error?.text ?? '', error ? importOf(error) : ''];
      });
    return [['code', 'status', 'message', 'when', 'class'], ...rows];
  }

  shown(): string[] {
    return Object.keys(ERROR_TABLE);
  }

  names(): string[] {
    return Object.keys(ERROR_TABLE);
  }

  faults(): string[] {
    const classless = Object.keys(ERROR_TABLE).filter((code) => !this.classOf(code));
    return [
      ...classless.map((code) => `${code} has no class that a front door exports`),
      ...this.errors.filter(({ text }) => text === '').map(({ name }) => `${name} has no doc comment`),
    ];
  }

  private classOf(code: string): PublicError | undefined {
    return this.errors.find(({ given }) => given === code);
  }
}
