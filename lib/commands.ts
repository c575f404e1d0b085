// What the command line does, for an application's own command line
export { type CreateUserOptions, UsersCommands } from './commands/users-commands.js';
export { CommandRefusedError } from './commands/refusal.js';
export type { ImportOptions, ImportSummary, Refusal } from './commands/import/import-options.js';
export type { ExportOptions } from './commands/export/export-users.js';
export type { PersonalData } from './commands/export/personal-data.js';
export type { UserRecord } from './commands/export/user-record.js';
