import ts from 'typescript';
import type { PublicName } from '../front-door.js';
import { commentOf, tagOf } from './comments.js';
import type { PublicCode } from './public-code.js';

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

  constructor(private readonly code: PublicCode) {
    this.checker = code.checker;
    this.names = code.names.filter(isOfOptions).map(({ name }) => name);
  }

  /** Those that the interface declares itself, in its order. */
  declaredBy(name: string): Option[] {
    const { declarations = [] } = this.code.interface(name);
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
    const start = [this.checker.getDeclaredTypeOfSymbol(this.code.interface(name))];
    const types = steps.reduce(
      (owners, step) => owners.flatMap((owner) => this.objectsAt(owner, step)),
      start,
    );
    const properties = types.flatMap((type) => this.checker.getPropertiesOfType(type));
    return new Map(properties.map((property) => [property.name, property.declarations ?? []]));
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

    const comment = commentOf(member);
    const option = {
      name: whole ? `${whole.name}.${symbol.name}` : symbol.name,
      text: comment.text,
      default: tagOf(comment, 'default'),
      isRequired: !member.questionToken || tagOf(comment, 'required') !== undefined,
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

/** What keeps an option from being documented. */
export function faultOf({ text, default: value, isRequired }: Option): string | undefined {
  if (text === '') return 'has no doc comment';
  if (isRequired) return value === undefined ? undefined : 'is required, and has a @default';
  return value === undefined || value === '' ? 'has neither @default nor @required' : undefined;
}
