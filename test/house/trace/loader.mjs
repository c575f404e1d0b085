import { transform } from '@swc/core';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import jestConfig from '../../../jest.config.js';
import { instrument } from './instrument.mjs';

const ROOT = new URL('../../../', import.meta.url).href;
const FRONT_DOOR = /^nestjs-users(?:\/(\w+))?$/;
/** TypeScript becomes JavaScript as it does for the tests. */
const [, SWC_OPTIONS] = jestConfig.transform['^.+\\.ts$'];

/** A hook of `node:module`: `nestjs-users` is lib, and `./a.js` is `./a.ts` where there is one. */
export async function resolve(specifier, context, next) {
  const door = FRONT_DOOR.exec(specifier);
  if (door) return { url: `${ROOT}lib/${door[1] ?? 'index'}.ts`, shortCircuit: true };

  const { parentURL = '' } = context;
  if (!specifier.startsWith('.') || !parentURL.endsWith('.ts')) return next(specifier, context);
  const url = new URL(specifier.replace(/\.js$/, '.ts'), parentURL);
  return existsSync(url) ? { url: url.href, shortCircuit: true } : next(specifier, context);
}

/** A hook of `node:module`: compiles TypeScript, and instruments lib. */
export async function load(url, context, next) {
  if (!url.startsWith(ROOT) || !url.endsWith('.ts')) return next(url, context);
  const file = url.slice(ROOT.length);
  const text = await readFile(new URL(url), 'utf8');
  const { code } = await transform(file.startsWith('lib/') ? instrument(file, text) : text, SWC_OPTIONS);
  return { format: 'module', source: code, shortCircuit: true };
}
