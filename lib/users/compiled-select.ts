import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';

/** A placeholder among the statement's parameters, which each call replaces with its own value. */
const mark = (name: string) => `\u0000${name}\u0000`;

/**
 * A SELECT whose SQL is built once and runs with the values of each call. Building the SQL is most of the cost
 * of a look-up by primary key. TypeORM still turns rows into entities.
 */
export class CompiledSelect<Entity extends ObjectLiteral, Value extends string = 'value'> {
  private readonly sql: string;
  private readonly parameters: readonly unknown[];
  /** For each of the statement's parameters, the name of the value that replaces it, if any. */
  private readonly slots: readonly (Value | undefined)[];

  /**
   * @param values the names of the parameters that differ between calls; `builder` refers to them as `:name`
   */
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
    // Concurrent calls share the builder's description of the query, but each call has its own values.
    const call = Object.create(this.builder) as SelectQueryBuilder<Entity>;
    call.getQueryAndParameters = () => [this.sql, parameters];
    const { entities } = await call.getRawAndEntities<Entity>();
    return entities[0];
  }
}
