import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';

/** Stands in the statement's parameters where each call puts its own value. */
const MARK = '\u0000value\u0000';

/**
 * A SELECT by one value whose text is built once. Building it is most of what a look-up by primary key costs;
 * turning rows into entities stays TypeORM's.
 */
export class CompiledSelect<Entity extends ObjectLiteral> {
  private readonly sql: string;
  private readonly parameters: readonly unknown[];

  /** @param build adds the condition on the value that it is given */
  constructor(
    private readonly builder: SelectQueryBuilder<Entity>,
    condition: (parameter: string) => string,
  ) {
    builder.where(condition(':value'), { value: MARK });
    [this.sql, this.parameters] = builder.getQueryAndParameters();
  }

  /** The first entity found, or `undefined`. */
  async first(value: unknown): Promise<Entity | undefined> {
    const parameters = this.parameters.map((parameter) => (parameter === MARK ? value : parameter));
    // Two calls at once share the builder's description of the query, and each has its own values.
    const call = Object.create(this.builder) as SelectQueryBuilder<Entity>;
    call.getQueryAndParameters = () => [this.sql, parameters];
    const { entities } = await call.getRawAndEntities<Entity>();
    return entities[0];
  }
}
