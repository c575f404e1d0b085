import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';

/** Stands in the statement's parameters where each call puts its own value. */
const mark = (name: string) => `\u0000${name}\u0000`;

/**
 * A SELECT whose text is built once, with values that each call brings. Building it is most of what a look-up by
 * primary key costs; turning rows into entities stays TypeORM's.
 */
export class CompiledSelect<Entity extends ObjectLiteral, Value extends string = 'value'> {
  private readonly sql: string;
  private readonly parameters: readonly unknown[];
  /** For each of the statement's parameters, which value it takes, if any. */
  private readonly slots: readonly (Value | undefined)[];

  /** @param values the names of the parameters that differ from call to call; `builder` refers to them as `:name` */
  constructor(
    private readonly builder: SelectQueryBuilder<Entity>,
    values: readonly Value[],
  ) {
    builder.setParameters(Object.fromEntries(values.map((name) => [name, mark(name)])));
    [this.sql, this.parameters] = builder.getQueryAndParameters();
    this.slots = this.parameters.map((parameter) => values.find((name) => mark(name) === parameter));
  }

  /** The first entity found, or `undefined`. */
  async first(values: Readonly<Record<Value, unknown>>): Promise<Entity | undefined> {
    const parameters = this.parameters.map((parameter, index) => {
      const slot = this.slots[index];
      return slot === undefined ? parameter : values[slot];
    });
    // Two calls at once share the builder's description of the query, and each has its own values.
    const call = Object.create(this.builder) as SelectQueryBuilder<Entity>;
    call.getQueryAndParameters = () => [this.sql, parameters];
    const { entities } = await call.getRawAndEntities<Entity>();
    return entities[0];
  }
}
