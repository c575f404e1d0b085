import { ERROR_TABLE } from '../../../lib/common/error-codes.js';
import type { PublicCode } from './public-code.js';
import { errorsOf, importOf, type PublicError } from './public-errors.js';
import type { TableKind } from './tables.js';

/**
 *     <!-- errors: UsersError -->
 *
 * The classes without a code that extend this one: `UsersError`, whose classes have a status; or `Error`, for those that
 * extend only this.
 */
export class ErrorTables implements TableKind {
  private readonly errors: readonly PublicError[];

  constructor(code: PublicCode) {
    this.errors = errorsOf(code).filter(({ given }) => given === undefined || !isCode(given));
  }

  rows(contents: string): string[][] {
    const errors = this.below(contents);
    if (contents === 'Error')
      return [['class', 'when'], ...errors.map((each) => [importOf(each), each.text])];
    const rows = errors.map((error) => [statusOf(error), importOf(error), error.text]);
    const sorted = rows.sort(([one = ''], [other = '']) => one.localeCompare(other));
    return [['status', 'class', 'when'], ...sorted];
  }

  shown(contents: string): string[] {
    return this.below(contents).map(({ name }) => name);
  }

  names(): string[] {
    return this.errors.map(({ name }) => name);
  }

  faults(): string[] {
    const without = this.below('UsersError').filter((error) => statusOf(error) === '');
    return without.map(({ name }) => `${name} has neither a status nor @status`);
  }

  private below(base: string): PublicError[] {
    return this.errors.filter(({ ancestry }) => isAnswer(ancestry) === (base === 'UsersError'));
  }
}

const isAnswer = (ancestry: readonly string[]): boolean => ancestry.includes('UsersError');

const isCode = (text: string): boolean => Object.hasOwn(ERROR_TABLE, text);

const statusOf = ({ status, given }: PublicError): string => status ?? given ?? '';
