import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

/** Runs a command of `nestjs-users` in the folder of a compiled sample, and returns what it printed. */
export async function nestjsUsers(path, args, env) {
  const options = { cwd: path, env: { ...process.env, ...env }, timeout: 60_000 };
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...args], options);
  return stdout;
}
