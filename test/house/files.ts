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

/** Each import of the package that is made of TypeScript of ours, and its file. */
export const FRONT_DOORS: readonly { specifier: string; file: string }[] = readFrontDoors();

function readFrontDoors() {
  const { name, exports } = JSON.parse(read('package.json')) as {
    name: string;
    exports: Record<string, string | { default: string }>;
  };
  return Object.entries(exports).flatMap(([subpath, target]) => {
    const built = typeof target === 'string' ? target : target.default;
    const [, module] = /^\.\/dist\/(.+)\.js$/.exec(built) ?? [];
    return module === undefined
      ? []
      : [{ specifier: `${name}${subpath.slice(1)}`, file: `lib/${module}.ts` }];
  });
}

/** The names of the packages that whoever installs this one has. */
export function declaredPackages(): string[] {
  const { dependencies, peerDependencies } = JSON.parse(read('package.json')) as Record<string, object>;
  return Object.keys({ ...dependencies, ...peerDependencies });
}
