import ts from 'typescript';
import { faultOf, type Option, type PublicOptions } from './public-options.js';
import type { TableKind } from './tables.js';

/**
 *     <!-- options: AdministrationOptions, UserManagementOptions | factory: UsersModuleSettings.userManagement -->
 *
 * - Before the bar: the interfaces whose own options are the rows. `OAuth2SettingsOptions as oauth2` calls them
 *   `oauth2.clients` and so on.
 * - Behind the bar: the type of what a factory may give, for the column `factory`; `none` if that is nothing. Without
 *   the bar, the table has no such column.
 */
export class OptionTables implements TableKind {
  constructor(private readonly options: PublicOptions) {}

  rows(contents: string): string[][] {
    const { owners, factory } = read(contents);
    const head = ['option', ...(factory === undefined ? [] : ['factory']), 'default', 'effect'];
    return [head, ...owners.flatMap((owner) => this.rowsOf(owner, factory))];
  }

  shown(contents: string): string[] {
    return read(contents).owners.map(({ name }) => name);
  }

  names(): string[] {
    return this.options.names.filter((name) => this.options.declaredBy(name).length > 0);
  }

  faults(): string[] {
    return this.options.names.flatMap((owner) =>
      this.options.declaredBy(owner).flatMap((option) => {
        const fault = faultOf(option);
        return fault === undefined ? [] : [`${owner}.${option.name} ${fault}`];
      }),
    );
  }

  private rowsOf({ name: interfaceName, path }: Owner, factory: string | undefined): string[][] {
    const hasType = factory !== undefined && factory !== 'none';
    const given = hasType ? this.options.propertiesOf([factory, ...path].join('.')) : undefined;
    return this.options.declaredBy(interfaceName).map((option) => {
      const row = [`\`${[...path, option.name].join('.')}\``];
      if (factory !== undefined) row.push(fromFactory(option, given));
      row.push(defaultOf(option), option.text);
      return row;
    });
  }
}

interface Owner {
  name: string;
  /** The names of the options that lead to it. */
  path: readonly string[];
}

function read(contents: string): { owners: Owner[]; factory: string | undefined } {
  const [names = '', factory] = contents.split(' | factory: ');
  const owners = names.split(', ').map((owner) => {
    const [name = '', ...path] = owner.split(' as ');
    return { name, path };
  });
  return { owners, factory };
}

/** What a factory gives is the option itself if both are declared in one place. */
function fromFactory(
  { name, declaration }: Option,
  given: ReturnType<PublicOptions['propertiesOf']> = new Map(),
) {
  const [own = ''] = name.split('.');
  const declarations = given.get(own);
  if (!declarations) return 'no';
  return declarations.includes(declaration) ? 'yes' : 'in part';
}

function defaultOf({ default: value = '', isRequired }: Option): string {
  if (isRequired) return 'required';
  return isCode(value) ? `\`${value}\`` : value;
}

/** An expression of TypeScript, and not just a word: `dtos.read`, and not `none`. */
function isCode(text: string): boolean {
  if (/^(?!true$|false$)[a-z]+$/.test(text) || text.includes('`')) return false;
  return ts.transpileModule(`(${text})`, { reportDiagnostics: true }).diagnostics?.length === 0;
}
