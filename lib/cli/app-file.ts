/** Where Nest's own command line puts the root module. */
export const DEFAULT_APP_FILE = 'dist/app.module.js';

/** The file of the application's module, from the arguments of the command line. */
export function appFileOf(args: readonly string[]): string {
  const at = args.findLastIndex((arg) => arg === '--app' || arg.startsWith('--app='));
  if (at < 0) return DEFAULT_APP_FILE;
  return (args[at] === '--app' ? args[at + 1] : args[at]?.slice('--app='.length)) || DEFAULT_APP_FILE;
}
