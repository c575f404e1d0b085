import { dirname, join, posix, relative } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../files.js';
import { compileFrontDoors, openFrontDoors, type PublicName } from '../front-door.js';

/** An option, as its interface and its doc comment tell it. */
export interface Option {
  /** Within its interface: `rounds` of `bcrypt` is `bcrypt.rounds`. */
  name: string;
  /** The doc comment as one line of Markdown, whose links begin at the root. */
  text: string;
  /** The tag `@default`. */
  default: string | undefined;
  /** It has no `?`, or the tag `@required`: then it may come from a factory instead. */
  isRequired: boolean;
  /** Where it is declared, or the option that it is a part of. */
  declaration: ts.Declaration;
}

/** The options that the front doors export, by their interfaces. */
export class PublicOptions {
  /** Of the interfaces. */
  readonly names: readonly string[];
  private readonly checker: ts.TypeChecker;
  private readonly symbols: ReadonlyMap<string, ts.Symbol>;

  constructor() {
    const program = compileFrontDoors();
    this.checker = program.getTypeChecker();
    const all = openFrontDoors(program).flatMap(({ names }) => names);
    this.names = all.filter(isOfOptions).map(({ name }) => name);
    this.symbols = new Map(all.map(({ name, symbol }) => [name, symbol]));
  }

  /** Those that the interface declares itself, in its order. */
  declaredBy(name: string): Option[] {
    const { declarations = [] } = this.interfaceOf(name);
    return declarations
      .filter(ts.isInterfaceDeclaration)
      .flatMap(({ members }) => members.flatMap((member) => this.read(member)));
  }

  /**
   * What a type has, each with the places that declare it.
   * @param path an interface, or a property of one, which need not be there: `UsersModuleSettings.auth`
   */
  propertiesOf(path: string): ReadonlyMap<string, readonly ts.Declaration[]> {
    const [name = '', ...steps] = path.split('.');
    const start = [this.checker.getDeclaredTypeOfSymbol(this.interfaceOf(name))];
    const types = steps.reduce(
      (owners, step) => owners.flatMap((owner) => this.objectsAt(owner, step)),
      start,
    );
    const properties = types.flatMap((type) => this.checker.getPropertiesOfType(type));
    return new Map(properties.map((property) => [property.name, property.declarations ?? []]));
  }

  private interfaceOf(name: string): ts.Symbol {
    const symbol = this.symbols.get(name);
    if (symbol && symbol.flags & ts.SymbolFlags.Interface) return symbol;
    throw new Error(`No front door exports an interface ${name}.`);
  }

  /** `LimitsOptions | false | undefined` is one object. */
  private objectsAt(owner: ts.Type, property: string): ts.Type[] {
    const symbol = owner.getProperty(property);
    if (!symbol) return [];
    const type = this.checker.getTypeOfSymbol(symbol);
    return (type.isUnion() ? type.types : [type]).filter(({ flags }) => flags & ts.TypeFlags.Object);
  }

  private read(member: ts.TypeElement, whole?: Option): Option[] {
    const symbol = member.name && this.checker.getSymbolAtLocation(member.name);
    if (!symbol) return [];

    const tags = new Map(
      symbol.getJsDocTags().map(({ name, text }) => [name, ts.displayPartsToString(text)]),
    );
    const option = {
      name: whole ? `${whole.name}.${symbol.name}` : symbol.name,
      text: markdownOf(ts.displayPartsToString(symbol.getDocumentationComment(this.checker)), member),
      default: tags.get('default'),
      isRequired: !member.questionToken || tags.has('required'),
      declaration: whole?.declaration ?? member,
    };
    return [option, ...partsOf(member).flatMap((part) => this.read(part, option))];
  }
}

const isOfOptions = ({ name, kind }: PublicName): boolean =>
  kind === 'interface' && /(Options|Settings|^Limit)$/.test(name);

function partsOf(member: ts.TypeElement): readonly ts.TypeElement[] {
  return ts.isPropertySignature(member) && member.type && ts.isTypeLiteralNode(member.type)
    ? member.type.members
    : [];
}

/** In a comment, a link is relative to the file, so that an editor can follow it. */
function markdownOf(comment: string, place: ts.Node): string {
  const folder = relative(ROOT, dirname(place.getSourceFile().fileName));
  return comment
    .replace(/\s+/g, ' ')
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/\]\((\.[^)]*)\)/g, (_, target: string) => `](${posix.normalize(join(folder, target))})`);
}

/** What keeps an option from being documented. */
export function faultOf({ text, default: value, isRequired }: Option): string | undefined {
  if (text === '') return 'has no doc comment';
  if (isRequired) return value === undefined ? undefined : 'is required, and has a @default';
  return value === undefined || value === '' ? 'has neither @default nor @required' : undefined;
}
