#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { appFileOf } from './cli/app-file.js';

/**
 * The part of the command line that knows the application is taken from where the application finds `nestjs-users`. The
 * classes of another copy, such as one that npx fetched, are no tokens that the application provides.
 */
async function start(): Promise<void> {
  const own = new URL('./cli/main.js', import.meta.url);
  const { main } = (await import(hostsMain() ?? own.href)) as typeof import('./cli/main.js');
  await main(process.argv.slice(2));
}

function hostsMain(): string | undefined {
  try {
    const { resolve: find } = createRequire(resolve(appFileOf(process.argv.slice(2))));
    const file = join(dirname(find('nestjs-users/package.json')), 'dist/cli/main.js');
    return existsSync(file) ? pathToFileURL(file).href : undefined;
  } catch {
    // What is missing is told when it is needed.
    return undefined;
  }
}

void start();
