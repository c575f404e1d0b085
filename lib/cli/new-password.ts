import { type Command, Option } from 'commander';
import { UsageError } from './outcome.js';
import { askNewPassword, isTerminal } from './prompts.js';

/** Where a new password comes from. Arguments are no place: every process of the computer sees them. */
export interface PasswordSource {
  passwordStdin?: boolean;
  passwordEnv?: string;
}

/** Adds the options of {@link PasswordSource}. `password` is true, as `--no-password` has it. */
export const withPassword = (command: Command): Command =>
  command
    .option('--password-stdin', 'read the password from standard input')
    .option('--password-env <name>', 'read the password from this environment variable')
    .addOption(new Option('--password <password>').default(true).hideHelp().argParser(refuseArgument));

/** @throws {UsageError} in any case */
function refuseArgument(): never {
  throw new UsageError(
    'A password in an argument is seen by every process; give it by --password-stdin or --password-env.',
  );
}

const LONGEST_BYTES = 65_536;

/**
 * @param otherwise what else the arguments may say
 * @throws {UsageError} if there are two sources, or none and nobody who can be asked
 */
export function requireSource<T extends PasswordSource>(given: T, otherwise = ''): T {
  const { passwordStdin, passwordEnv } = given;
  if (passwordStdin && passwordEnv !== undefined) {
    throw new UsageError('--password-stdin and --password-env exclude each other.');
  }
  if (passwordStdin || passwordEnv !== undefined || isTerminal()) return given;
  throw new UsageError(
    `There is no terminal to ask for the password; give it by --password-stdin or --password-env${otherwise}.`,
  );
}

/**
 * @param fault why a password cannot be used
 * @throws {UsageError} if the source has none
 */
export async function newPassword(
  { passwordStdin, passwordEnv }: PasswordSource,
  fault: (password: string) => string | undefined,
): Promise<string> {
  if (passwordStdin) return readAll();
  return passwordEnv === undefined ? askNewPassword(fault) : fromEnvironment(passwordEnv);
}

function fromEnvironment(name: string): string {
  const password = process.env[name];
  if (password) return password;
  throw new UsageError(`The environment variable ${name} is not set.`);
}

/** As `echo` and files end with a line end, one is no part of the password. */
async function readAll(): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of process.stdin as AsyncIterable<Buffer>) {
    parts.push(part);
    length += part.length;
    if (length > LONGEST_BYTES) throw new UsageError('Standard input has more than a password.');
  }
  const password = Buffer.concat(parts)
    .toString()
    .replace(/\r?\n$/, '');
  if (password === '') throw new UsageError('Standard input has no password.');
  return password;
}
