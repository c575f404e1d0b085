import { ConsoleLogger, type INestApplicationContext, type Type } from '@nestjs/common';
import { MODULE_METADATA } from '@nestjs/common/constants.js';
import { ModuleRef, ModulesContainer, NestFactory } from '@nestjs/core';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CommandRefusedError } from '../commands/refusal.js';
import { UsersCommands } from '../commands/users-commands.js';
import { PLAN } from '../module/providers.js';
import { DEFAULT_APP_FILE } from './app-file.js';
import { UsageError } from './outcome.js';

/** Nest's log beside the results. Unless it is verbose, an error is one line, and one that stops the start is told in the end. */
class StderrLogger extends ConsoleLogger {
  constructor(private readonly isVerbose: boolean) {
    super({ logLevels: isVerbose ? ['verbose'] : ['error', 'fatal'] });
  }

  protected override printMessages(
    ...[messages, context, level]: Parameters<ConsoleLogger['printMessages']>
  ): void {
    if (!this.isVerbose && context === 'ExceptionHandler') return;
    const told = this.isVerbose ? messages : messages.map((each) => String(each).split('\n')[0]);
    super.printMessages(told, context, level, 'stderr');
  }

  protected override printStackTrace(stack: string): void {
    if (this.isVerbose) process.stderr.write(`${stack}\n`);
  }
}

/** An application without HTTP. */
export interface OpenApplication {
  commands: UsersCommands;
  close: () => Promise<void>;
}

/**
 * Starts the application of a file.
 * @param isVerbose whether Nest tells all of its log, and not only errors
 * @throws {UsageError}, {CommandRefusedError}; what the application throws
 */
export async function openApplication(file: string, isVerbose: boolean): Promise<OpenApplication> {
  const module = moduleOf(await importFile(file), file);
  const logger = new StderrLogger(isVerbose);
  const app = await NestFactory.createApplicationContext(module, { logger, abortOnError: false });
  try {
    return { commands: commandsOf(app, module), close: () => app.close() };
  } catch (error) {
    await app.close();
    throw error;
  }
}

async function importFile(file: string): Promise<object> {
  if (/\.[cm]?tsx?$/.test(file)) {
    throw new UsageError(
      `${file} is TypeScript; build the application, and name the compiled file, such as dist/app.module.js.`,
    );
  }
  const path = resolve(file);
  if (!existsSync(path)) {
    throw new UsageError(
      `There is no file ${file}; build the application, or name its compiled root module by --app.`,
    );
  }
  return (await import(pathToFileURL(path).href)) as object;
}

/** `CliModule`, `AppModule`, or the only module that the file exports. */
function moduleOf(exported: object, file: string): Type {
  const { default: whole, ...named } = exported as Record<string, unknown>;
  // What CommonJS exports may be named on `default` only.
  const all = { ...(typeof whole === 'object' ? whole : { default: whole }), ...named };
  const modules = new Map(Object.entries(all).filter((each): each is [string, Type] => isModule(each[1])));
  const different = [...new Set(modules.values())];
  const only = different.length === 1 ? different[0] : undefined;
  const found = modules.get('CliModule') ?? modules.get('AppModule') ?? only;
  if (found) return found;
  const what = different.length === 0 ? 'exports no module of Nest' : 'exports several modules';
  throw new UsageError(
    `${file} ${what}; name the file of your root module, such as ${DEFAULT_APP_FILE}, or export the one for the command line as CliModule.`,
  );
}

const isModule = (value: unknown): boolean =>
  typeof value === 'function' &&
  Object.values(MODULE_METADATA).some((key) => Reflect.hasMetadata(key, value));

function commandsOf(app: INestApplicationContext, { name }: Type): UsersCommands {
  const modules = [...app.get(ModulesContainer).values()];
  if (modules.some(({ providers }) => providers.has(PLAN))) return new UsersCommands(app.get(ModuleRef));
  throw new CommandRefusedError(
    `${name} does not import UsersModule, or the application finds another nestjs-users.`,
  );
}
