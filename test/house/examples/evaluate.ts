import * as users from 'nestjs-users';
import ts from 'typescript';
import { Column, Entity, JoinTable, ManyToMany, ManyToOne } from 'typeorm';
import type { Block } from './blocks.js';

type Names = Record<string, unknown>;

/** Starts something, asks a server, or is a test itself. */
const STARTS =
  /^(?:test|describe)\(|NestFactory\.create|createConnection|\.connect\(|createTransport|createTestingModule|runMigrations/m;

/** Whether a whole file of a page can be run by itself: its classes and their decorators, and the options of the module. */
export const canRun = ({ code }: Block): boolean => !STARTS.test(code);

/** The application's own files, as far as no block of the page shows them. */
export function applicationOf(): Names {
  class Role extends users.UuidRole {}
  Entity()(Role);
  class User extends users.UuidUser {
    declare fullName: string | null;
    declare roles: Role[];
  }
  Entity()(User);
  Column({ type: 'varchar', nullable: true })(User.prototype, 'fullName');
  ManyToMany(() => Role)(User.prototype, 'roles');
  JoinTable()(User.prototype, 'roles');
  const owned = <Base extends abstract new (...given: never[]) => object>(base: Base) => {
    const Owned = class extends (base as unknown as new () => object) {};
    Entity()(Owned);
    ManyToOne(() => User)(Owned.prototype, 'user');
    return Owned;
  };
  class OneTimeToken extends users.BaseOneTimeToken {}
  Entity()(OneTimeToken);
  class AppUsersService extends users.UsersService {}
  class AppUserReadDto extends users.UserReadDto {}
  const Session = owned(users.UuidSession);
  const OAuthAccount = owned(users.UuidOAuthAccount);
  return {
    Role,
    User,
    Session,
    OAuthAccount,
    OneTimeToken,
    AppUsersService,
    AppUserReadDto,
    databaseOptions: { type: 'better-sqlite3' },
  };
}

/**
 * Runs a block that is a whole file.
 * @param known what its relative imports may name
 * @returns what it exports
 * @throws {Error} what it throws: a mistake in an option of the module stops it as it would stop the boot
 */
export async function evaluate({ code }: Block, known: Names): Promise<Names> {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      useDefineForClassFields: false,
      esModuleInterop: true,
    },
  });
  const modules = new Map<string, Names>();
  for (const [, specifier = ''] of outputText.matchAll(/\brequire\("([^"]+)"\)/g)) {
    modules.set(specifier, specifier.startsWith('.') ? anyName(known) : await packageOf(specifier));
  }
  const exports: Names = {};
  const env = new Proxy({}, { get: (_, name) => environment(String(name)) });
  // oxlint-disable-next-line typescript/no-implied-eval -- the pages are ours
  const run = new Function('require', 'exports', 'process', outputText) as (...given: unknown[]) => void;
  run((specifier: string) => modules.get(specifier), exports, { env });
  return exports;
}

/** For each name that nobody knows what can be a class, a decorator or a function. */
const anyName = (known: Names): Names =>
  new Proxy(known, {
    // A thing with `then` would be waited for.
    get: (target, name) => (name === 'then' ? undefined : (target[String(name)] ?? anything(String(name)))),
  });

// oxlint-disable-next-line func-style -- an arrow cannot be a class
const anything = (name: string) =>
  Object.assign({ [name]: function () {} }[name] as object, { forRoot: () => ({}) });

/** Some packages of the pages are no dependencies here. */
async function packageOf(specifier: string): Promise<Names> {
  try {
    return (await import(specifier)) as Names;
  } catch (error) {
    if (/Cannot find module/.test(String(error))) return anyName({});
    throw error;
  }
}

const SECRET = 'Zm9yIGV4YW1wbGVzIG9mIHRoZSBkb2NzIG9ubHkgLSA3aDRrOXExdw';

function environment(name: string): string {
  if (name === 'SMTP_URL') return 'smtp://localhost:1025';
  if (/URL/.test(name)) return 'https://app.example.com';
  if (name === 'MAIL_FROM') return 'Shop <shop@example.com>';
  return /PORT/.test(name) ? '3000' : SECRET;
}
