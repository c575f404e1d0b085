import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const compiler = fileURLToPath(import.meta.resolve('typescript/bin/tsc'));

/** Every sample, in the order of their numbers. */
export const samples = readdirSync(here)
  .filter((folder) => /^\d\d-/.test(folder))
  .toSorted()
  .map((folder) => ({ folder, name: folder.slice(3), path: here + folder }));

/** Compiles a sample into its own `dist/`. @returns whether that worked; if not, it has been printed why */
export async function compile({ path }, options) {
  if (!existsSync(new URL('../dist/index.js', import.meta.url))) {
    console.error('The library is not built yet: call `npm run build` first.');
    return false;
  }
  return succeeds([compiler, '--project', path], options);
}

/** Whether the sample's own tests pass, if it has some. */
export async function passesTests({ path }, options) {
  const { scripts } = JSON.parse(readFileSync(`${path}/package.json`, 'utf8'));
  if (!scripts.test) return true;
  const run = spawn('npm', ['test'], { stdio: 'inherit', cwd: path, ...options });
  const [code] = await once(run, 'exit').catch(() => []);
  return code === 0;
}

/** Whether a script ends without an error; `false` as well if `options.signal` stopped it. */
export async function succeeds(args, options) {
  const [code] = await once(node(args, options), 'exit').catch(() => []);
  return code === 0;
}

/** Node in a child process that shares this terminal. */
export const node = (args, options) => spawn(process.execPath, args, { stdio: 'inherit', ...options });
