import type { Command } from 'commander';
import type { Run } from './run.js';
import { tell } from './streams.js';

const USER = 'identifier, address or id of the user';

/** The commands for roles. */
export function addRoleCommands(program: Command, run: Run): void {
  program
    .command('create-role')
    .description('make a role')
    .argument('<name>')
    .option('--description <text>', 'what the role is for')
    .option('--if-missing', 'leave a role alone that is there already')
    .action((name: string, { description, ifMissing }: { description?: string; ifMissing?: boolean }) =>
      run(async ({ commands, results }) => {
        const { role, isNew } = await commands.createRole(name, description, ifMissing);
        tell(isNew ? `${role.name} is a new role.` : `${role.name} is there already, and stays as it is.`);
        if (isNew) await results.write(`${String(role.id)}\n`);
        return undefined;
      }),
    );
  program
    .command('assign-role')
    .description('give a user a role')
    .argument('<user>', USER)
    .argument('<role>', 'name of the role')
    .action((user: string, role: string) =>
      run(async ({ commands }) => {
        tell(`${named(await commands.assignRole(user, role))}.`);
        return undefined;
      }),
    );
  program
    .command('revoke-role')
    .description('take a role from a user')
    .argument('<user>', USER)
    .argument('<role>', 'name of the role')
    .action((user: string, role: string) =>
      run(async ({ commands }) => {
        tell(`${named(await commands.revokeRole(user, role))}.`);
        return undefined;
      }),
    );
}

function named({ email, roles }: { email: string; roles: { name: string }[] }): string {
  const names = roles.map(({ name }) => name).sort();
  return `${email} has ${names.length === 0 ? 'no role' : `the roles ${names.join(', ')}`}`;
}
