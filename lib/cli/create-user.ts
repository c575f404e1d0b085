import type { Command } from 'commander';
import type { UsersCommands } from '../commands/users-commands.js';
import type { AddedUserFields } from '../users/user-fields.js';
import { ownFields, pairs, several, setField } from './field-options.js';
import type { Run } from './run.js';
import { newPassword, type PasswordSource, requireSource, withPassword } from './new-password.js';
import { UsageError } from './outcome.js';
import { askText, isTerminal } from './prompts.js';
import { tell } from './streams.js';

interface CreateUserArguments extends PasswordSource {
  superuser?: boolean;
  verified: boolean;
  active: boolean;
  password: boolean;
  role?: string[];
  set?: string[];
  ifMissing?: boolean;
}

/** `create-user`. */
export function addCreateUser(program: Command, run: Run): void {
  withPassword(program.command('create-user').description('make a user, verified and active'))
    .argument('[email]', 'address of the user')
    .option('--superuser', 'the user passes every guard')
    .option('--role <name>', 'give the user a role; may be repeated', several)
    .option('--set <name=value>', 'set a column of your own; may be repeated', pairs('--set'))
    .option('--no-verified', 'the user must still verify the address')
    .option('--no-active', 'the user cannot log in')
    .option('--no-password', 'the user has no password until a reset')
    .option('--if-missing', 'leave a user alone who is there already')
    .action((email: string | undefined, options: CreateUserArguments) => {
      const source = () => requireSource(options, ', or give --no-password');
      // A user who is there needs no password.
      if (options.password && !options.ifMissing) source();
      return run(async ({ commands, results }) => {
        const fields = await fieldsOf(commands, email, options);
        const known = options.ifMissing ? await commands.findKnown(fields) : undefined;
        if (known) {
          tell(`${known.email} is there already, and stays as it is.`);
          return undefined;
        }
        if (options.password) {
          const fault = (given: string) => commands.passwordFault(given);
          fields.password = await newPassword(source(), fault);
        }
        const { role = [], ifMissing = false } = options;
        const { user, isNew } = await commands.createUser(fields, { roles: role, ifMissing });
        tell(isNew ? `${user.email} is a new user.` : `${user.email} is there already, and stays as it is.`);
        await results.write(`${String(user.id)}\n`);
        return undefined;
      });
    });
}

async function fieldsOf(
  commands: UsersCommands,
  email: string | undefined,
  { superuser = false, verified, active, set }: CreateUserArguments,
): Promise<AddedUserFields> {
  const own = ownFields(commands, set);
  const address = email ?? (await askAddress());
  const other = commands.identifiers.find((name) => name !== 'email');
  const isNeeded = commands.identifiers.length === 1 ? other : undefined;
  const needed = [...new Set([...commands.columns.required, ...(isNeeded === undefined ? [] : [isNeeded])])];
  const missing = needed.filter((name) => !isGiven(own, name));
  if (!isTerminal() && missing.length > 0) {
    throw new UsageError(
      `There is no terminal to ask; give ${missing.map((name) => `--set ${name}=…`).join(' ')}.`,
    );
  }
  for (const name of missing) {
    setField(commands, own, name, await askText(name));
  }
  return { ...own, email: address, isSuperuser: superuser, isVerified: verified, isActive: active };
}

const isGiven = (own: Record<string, unknown>, name: string): boolean =>
  name.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], own) !==
  undefined;

async function askAddress(): Promise<string> {
  if (isTerminal()) return askText('E-mail address');
  throw new UsageError('There is no terminal to ask; give the address.');
}
