import { FRONT_DOORS } from './files.js';
import type { Import } from './imports.js';

/** From the top down: a file may import from its own layer and from those below. */
const LAYERS = [
  /^lib\/[^/]+\.ts$/,
  /^lib\/testing\//,
  /^lib\/openapi\//,
  /^lib\/cli\//,
  /^lib\/commands\//,
  /^lib\/schemes\//,
  /^lib\/module\//,
  /^lib\/features\/[^/]+\//,
  /^lib\/features\/[^/]+\.ts$/,
  /^lib\/authorization\//,
  /^lib\/authentication\//,
  /^lib\/mail\//,
  /^lib\/accounts\//,
  /^lib\/roles\//,
  /^lib\/users\//,
  /^lib\/database\//,
  /^lib\/common\//,
];

const layerOf = (file: string) => LAYERS.findIndex((layer) => layer.test(file));
const featureOf = (file: string) => /^lib\/features\/([^/]+)\//.exec(file)?.[1];
const isFrontDoor = (file: string) => FRONT_DOORS.some((door) => door.file === file);
const isOurs = (file: string) => file.startsWith('lib/');

export function layerFaults(imports: readonly Import[]): string[] {
  return imports
    .filter(({ to }) => isOurs(to))
    .flatMap((each) => {
      const fault = layerFault(each);
      return fault === undefined ? [] : [`${each.from} imports ${each.to}: ${fault}`];
    });
}

function layerFault({ from, to }: Import): string | undefined {
  if (layerOf(from) < 0 || layerOf(to) < 0) return 'one of them stands in no layer';
  if (isFrontDoor(to)) return 'the front door is for hosts';
  if (layerOf(to) < layerOf(from)) return 'that is upwards';
  const [own, other] = [featureOf(from), featureOf(to)];
  return own !== undefined && other !== undefined && own !== other ? 'that is another feature' : undefined;
}

/** One way round each cycle, from its alphabetically first file, through imports of types, too. */
export function cycles(imports: readonly Import[]): string[] {
  const edges = imports.filter(({ to }) => isOurs(to));
  return [...new Set(edges.map(({ from }) => from))].flatMap((start) => {
    const way = wayTo(start, start, edges);
    return way?.every((file) => file >= start) ? [way.join(' -> ')] : [];
  });
}

/** The ways by which whoever imports a file loads these packages. */
export function waysToPackages(
  start: string,
  packages: readonly string[],
  imports: readonly Import[],
): string[] {
  const edges = imports
    .filter(({ isTypeOnly }) => !isTypeOnly)
    .map(({ from, to, isTypeOnly }) => ({ from, to: isOurs(to) ? to : packageOf(to), isTypeOnly }));
  return packages.flatMap((name) => wayTo(start, name, edges)?.join(' -> ') ?? []);
}

function wayTo(start: string, end: string, edges: readonly Import[]): string[] | undefined {
  const ways = [[start]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const { from, to } of edges) {
      if (from !== way.at(-1)) continue;
      if (to === end) return [...way, end];
      if (!seen.has(to)) ways.push([...way, to]);
      seen.add(to);
    }
  }
  return undefined;
}

/** Imports of packages that an installation need not have. */
export function undeclaredPackages(imports: readonly Import[], declared: readonly string[]): string[] {
  return imports
    .filter(({ to }) => !isOurs(to) && !to.startsWith('node:') && !declared.includes(packageOf(to)))
    .map(({ from, to }) => `${from} imports ${to}, which package.json does not declare`);
}

const packageOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
