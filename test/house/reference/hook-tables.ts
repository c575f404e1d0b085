import type { PublicCode } from './public-code.js';
import { type Method, methodsOf, silent } from './public-methods.js';
import type { TableKind } from './tables.js';

/**
 *     <!-- hooks: UsersHooks -->
 */
export class HookTables implements TableKind {
  constructor(private readonly code: PublicCode) {}

  rows(contents: string): string[][] {
    const rows = methodsOf(contents, this.code).map(({ signature, text, refusal }) => [
      `\`${signature}\``,
      text,
      refusal,
    ]);
    return [['hook', 'moment', 'refusal'], ...rows];
  }

  shown(contents: string): string[] {
    return methodsOf(contents, this.code).map(({ name }) => name);
  }

  names(): string[] {
    return this.shown('UsersHooks');
  }

  faults(): string[] {
    const hooks = methodsOf('UsersHooks', this.code);
    const wrong = hooks.filter((hook) => mayRefuse(hook) !== (hook.refusal !== ''));
    return [
      ...silent('UsersHooks', hooks),
      ...wrong.map(({ name, refusal }) => `UsersHooks.${name} has ${refusal === '' ? 'no' : 'a'} @refusal`),
    ];
  }
}

/** By the rule of `UsersHooks`. */
const mayRefuse = ({ name }: Method): boolean => /^(pre[A-Z]|postLoginHook$|validate)/.test(name);
