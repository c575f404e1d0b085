import type { PublicCode } from './public-code.js';
import { type Method, methodsOf, servicesOf, silent } from './public-methods.js';
import type { TableKind } from './tables.js';

/**
 *     <!-- methods: UsersService | only: getUser, getUserBy -->
 *
 * Before the bar: the service. Behind the bar: those of its methods that are the rows; without the bar, all are.
 */
export class MethodTables implements TableKind {
  constructor(private readonly code: PublicCode) {}

  rows(contents: string): string[][] {
    const rows = this.read(contents).methods.map(({ signature, text, throws }) => [
      `\`${signature}\``,
      text,
      throws,
    ]);
    return [['method', 'effect', 'throws'], ...rows];
  }

  shown(contents: string): string[] {
    const { service, methods } = this.read(contents);
    return methods.map(({ name }) => `${service}.${name}`);
  }

  names(): string[] {
    return servicesOf(this.code).flatMap((service) => this.shown(service));
  }

  faults(): string[] {
    return servicesOf(this.code).flatMap((service) => silent(service, methodsOf(service, this.code)));
  }

  private read(contents: string): { service: string; methods: Method[] } {
    const [service = '', names] = contents.split(' | only: ');
    const all = methodsOf(service, this.code);
    if (names === undefined) return { service, methods: all };
    const methods = names.split(', ').map((name) => {
      const method = all.find((each) => each.name === name);
      if (!method) throw new Error(`${service} has no method ${name}.`);
      return method;
    });
    return { service, methods };
  }
}
