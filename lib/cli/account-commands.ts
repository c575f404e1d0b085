import type { Command } from 'commander';
import { jsonText } from '../commands/export/json-text.js';
import type { UserRecord } from '../commands/export/user-record.js';
import type { UsersCommands } from '../commands/users-commands.js';
import { USERS_SORTS, type UsersSort } from '../users/pages/users-query.js';
import { addCreateUser } from './create-user.js';
import type { Run } from './run.js';
import { newPassword, type PasswordSource, requireSource, withPassword } from './new-password.js';
import { UsageError } from './outcome.js';
import { tell } from './streams.js';
import { sheet, table } from './table.js';

const USER = 'identifier, address or id of the user';

interface ListOptions {
  search?: string;
  role?: string;
  sort?: UsersSort;
  limit: string;
  json?: boolean;
  active?: boolean;
  verified?: boolean;
  superusers?: boolean;
}

/** The commands for one user, and the list of users. */
export function addAccountCommands(program: Command, run: Run): void {
  addCreateUser(program, run);
  addList(program, run);
  program
    .command('show-user')
    .description('show the fields and roles of a user')
    .argument('<user>', USER)
    .option('--json', 'as JSON')
    .action((user: string, { json }: { json?: boolean }) =>
      run(async ({ commands, results }) => {
        const record = await commands.showUser(user);
        await results.write(json ? `${jsonText(record, 2)}\n` : sheet(record));
        return undefined;
      }),
    );
  withPassword(
    program.command('set-password').description('set a new password, which ends every login of the user'),
  )
    .argument('<user>', USER)
    .action((user: string, options: PasswordSource) => {
      const source = requireSource(options);
      return run(async ({ commands }) => {
        const { email } = await commands.findUser(user);
        const password = await newPassword(source, (given) => commands.passwordFault(given));
        await commands.setPassword(user, password);
        tell(`${email} has a new password.`);
        return undefined;
      });
    });
  for (const [name, description, done] of CHANGES) {
    program
      .command(name)
      .description(description)
      .argument('<user>', USER)
      .action((user: string) =>
        run(async ({ commands }) => {
          const { email } = await changeBy(commands, name, user);
          tell(`${email} ${done}.`);
          return undefined;
        }),
      );
  }
}

const CHANGES = [
  ['verify', 'mark the address of a user as verified', 'is verified'],
  ['activate', 'let a user log in again', 'is active'],
  ['deactivate', 'end every login of a user and refuse new ones', 'is inactive, and every login has ended'],
  ['end-sessions', 'end every login of a user', 'is logged out everywhere'],
] as const;

const changeBy = (commands: UsersCommands, name: (typeof CHANGES)[number][0], user: string) =>
  name === 'end-sessions' ? commands.endSessions(user) : commands[name](user);

function addList(program: Command, run: Run): void {
  program
    .command('list-users')
    .description('list users, the newest first')
    .option('--search <text>', 'only users whose identifier begins with this text')
    .option('--role <name>', 'only users with this role')
    .option('--active', 'only active users')
    .option('--no-active', 'only inactive users')
    .option('--verified', 'only verified users')
    .option('--no-verified', 'only unverified users')
    .option('--superusers', 'only superusers')
    .option('--sort <order>', `one of ${USERS_SORTS.join(', ')}`)
    .option('--limit <number>', 'how many users, or "all"', '50')
    .option('--json', 'as a list of JSON')
    .action((options: ListOptions) => {
      const [filter, limit] = [filterOf(options), limitOf(options)];
      return run(async ({ commands, results }) => {
        const records: UserRecord[] = [];
        for await (const record of commands.listUsers(filter, limit)) records.push(record);
        const names = [
          'id',
          ...new Set(['email', ...commands.identifiers]),
          'isActive',
          'isVerified',
          'isSuperuser',
        ];
        const columns = commands.hasRoles ? [...names, 'roles'] : names;
        await results.write(options.json ? `${jsonText(records, 2)}\n` : table(records, columns));
        return undefined;
      });
    });
}

function filterOf({ search, role, sort, active, verified, superusers }: ListOptions) {
  if (sort !== undefined && !USERS_SORTS.includes(sort)) {
    throw new UsageError(`--sort must be one of ${USERS_SORTS.join(', ')}.`);
  }
  return {
    ...(search !== undefined && { search }),
    ...(role !== undefined && { role }),
    ...(sort !== undefined && { sort }),
    ...(active !== undefined && { isActive: active }),
    ...(verified !== undefined && { isVerified: verified }),
    ...(superusers && { isSuperuser: true }),
  };
}

function limitOf({ limit }: ListOptions): number {
  if (limit === 'all') return Infinity;
  if (/^[1-9]\d{0,8}$/.test(limit)) return Number(limit);
  throw new UsageError('--limit must be a number from 1, or "all".');
}
