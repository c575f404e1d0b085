import { isCancel, password as askHidden, text } from '@clack/prompts';
import { InterruptedError } from './outcome.js';

/** Whether somebody can be asked. */
export const isTerminal = (): boolean => process.stdin.isTTY && process.stderr.isTTY;

/** Results may go to a pipe while a person is asked. */
const AT = { output: process.stderr, withGuide: false };

/** @throws {InterruptedError} at Ctrl-C and Ctrl-D */
export async function askText(message: string): Promise<string> {
  const validate = (given: string | undefined) => (given?.trim() ? undefined : 'Type something.');
  return answered(text({ message, validate, ...AT }));
}

/**
 * Asks twice for a new password, without showing it.
 * @param fault why a password cannot be used
 * @throws {InterruptedError} at Ctrl-C and Ctrl-D
 */
export async function askNewPassword(fault: (password: string) => string | undefined): Promise<string> {
  const validate = (typed = '') => fault(typed);
  const given = await answered(askHidden({ message: 'Password', validate, clearOnError: true, ...AT }));
  const isSame = (again: string | undefined) => (again === given ? undefined : 'This is another password.');
  await answered(askHidden({ message: 'Password, again', validate: isSame, clearOnError: true, ...AT }));
  return given;
}

async function answered(prompt: Promise<string | symbol>): Promise<string> {
  const answer = await Promise.race([prompt, endOfInput()]);
  if (typeof answer === 'string') return answer;
  if (isCancel(answer)) throw new InterruptedError();
  throw new Error('The prompt has no answer.');
}

let ended: Promise<never> | undefined;

/** The prompts do not tell of Ctrl-D, and of a terminal that has gone. One listener serves all of them. */
function endOfInput(): Promise<never> {
  return (ended ??= new Promise((_, reject) => {
    const end = () => reject(new InterruptedError());
    process.stdin.once('end', end);
    process.stdin.on('keypress', (_sign, key: { ctrl?: boolean; name?: string } | undefined) => {
      if (key?.ctrl && key.name === 'd') end();
    });
  }));
}
