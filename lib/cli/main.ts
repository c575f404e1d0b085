import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { addAccountCommands } from './account-commands.js';
import { DEFAULT_APP_FILE } from './app-file.js';
import { addFileCommands } from './file-commands.js';
import { Interruption } from './interruption.js';
import { type Ending, endingOf, EXIT, UsageError } from './outcome.js';
import { addRoleCommands } from './role-commands.js';
import type { Run } from './run.js';
import { Results, tell } from './streams.js';

interface GlobalOptions {
  app: string;
  envFile?: string;
  verbose?: boolean;
}

/** Runs the command line and ends the process. */
export async function main(args: readonly string[]): Promise<void> {
  const results = new Results();
  const interruption = new Interruption();
  let code: number = EXIT.done;
  let help: Promise<unknown> = Promise.resolve();
  process.once('exit', tellUnfinished);
  const program = new Command('nestjs-users')
    .description('Administers the users of a NestJS application with nestjs-users.')
    .option('--app <file>', 'the compiled file that exports the root module', DEFAULT_APP_FILE)
    .option('--env-file <file>', 'read environment variables from a file, such as .env')
    .option('--verbose', "show Nest's log and the stacks of errors")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void (help = results.write(text)),
      writeErr: (text) => text.trimEnd().split('\n').forEach(tell),
    });

  const fail = (error: unknown): void => {
    code = end(endingOf(error), error, program.opts<GlobalOptions>().verbose);
  };

  const run: Run = async (work, { endsItself } = { endsItself: false }) => {
    const { app, envFile, verbose = false } = program.opts<GlobalOptions>();
    readEnvironment(envFile);
    process.env['NESTJS_USERS_CLI'] = '1';
    // `secret` and `--help` need neither Nest nor TypeORM.
    const { openApplication } = await import('./application.js');
    const { commands, close } = await openApplication(app, verbose);
    interruption.begin();
    try {
      const working = work({ commands, results, interruption });
      code = (await (endsItself ? working : interruption.or(working))) ?? EXIT.done;
    } catch (error) {
      fail(error);
    } finally {
      await inTime(close());
    }
  };

  program
    .command('secret')
    .description('print a new secret for the option secret of UsersModule')
    .action(async () => void (await results.write(`${randomBytes(48).toString('base64')}\n`)));
  addAccountCommands(program, run);
  addRoleCommands(program, run);
  addFileCommands(program, run);

  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    fail(error);
  }
  await help.catch(fail);
  process.off('exit', tellUnfinished);
  // A timer or a connection of the application must not keep the process.
  process.exit(code);
}

/** An application that waits for nothing, or that ends the process, is no success. */
function tellUnfinished(code: number): void {
  if (code !== EXIT.done) return;
  tell('The process ended before the command was done.');
  process.exitCode = EXIT.refused;
}

const LONGEST_CLOSE_MS = 10_000;

async function inTime(closing: Promise<void>): Promise<void> {
  const late = delay(LONGEST_CLOSE_MS, true);
  if (await Promise.race([closing.then(() => false), late])) {
    tell(`The application did not stop within ${LONGEST_CLOSE_MS / 1000} seconds.`);
  }
}

function end({ code, sentence }: Ending, error: unknown, isVerbose = false): number {
  if (sentence !== undefined) tell(sentence);
  if (isVerbose && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return code;
}

function readEnvironment(file: string | undefined): void {
  if (file === undefined) return;
  try {
    process.loadEnvFile(file);
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}
