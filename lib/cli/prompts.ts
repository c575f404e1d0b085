import { isCancel, password as askHidden, text } from '@clack/prompts';
import { InterruptedError } from './outcome.js';

/** Whether somebody can be asked. */
export const isTerminal = (): boolean => process.stdin.isTTY && process.stderr.isTTY;

/** Results may go to a pipe while a person is asked. */
const AT = { output: process.stderr, withGuide: false };

/** @throws {InterruptedError} at Ctrl-C */
export async function askText(message: string): Promise<string> {
  const validate = (given: string | undefined) => (given?.trim() ? undefined : 'Type something.');
  return answered(await text({ message, validate, ...AT }));
}

/**
 * Asks twice for a new password, without showing it.
 * @param fault why a password cannot be used
 * @throws {InterruptedError} at Ctrl-C
 */
export async function askNewPassword(fault: (password: string) => string | undefined): Promise<string> {
  const given = answered(
    await askHidden({
      message: 'Password',
      validate: (typed = '') => fault(typed),
      clearOnError: true,
      ...AT,
    }),
  );
  const isSame = (again: string | undefined) => (again === given ? undefined : 'This is another password.');
  answered(await askHidden({ message: 'Password, again', validate: isSame, clearOnError: true, ...AT }));
  return given;
}

function answered(answer: string | symbol): string {
  if (typeof answer === 'string') return answer;
  if (isCancel(answer)) throw new InterruptedError();
  throw new Error('The prompt has no answer.');
}
