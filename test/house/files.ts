import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

/** The text of a file, by its path from the root. */
export const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** Every file below a folder, by its path from the root. */
export function filesIn(folder: string, extension: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(extension))
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
    .sort();
}

/** The names of the packages that whoever installs this one has. */
export function declaredPackages(): string[] {
  const { dependencies, peerDependencies } = JSON.parse(read('package.json')) as Record<string, object>;
  return Object.keys({ ...dependencies, ...peerDependencies });
}
