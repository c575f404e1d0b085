import type { Logger } from 'typeorm';

/** Counts what reaches the database. */
export class QueryLog implements Logger {
  private statements: string[] = [];
  /** Whether a statement since then changed more than rows. */
  changesTables = false;

  /** The statements that `work` causes. */
  async during(work: () => Promise<unknown>): Promise<string[]> {
    this.statements = [];
    await work();
    return this.statements;
  }

  logQuery(statement: string): void {
    this.statements.push(statement);
    this.changesTables ||= /^\s*(CREATE|ALTER|DROP|TRUNCATE|RENAME)\b/i.test(statement);
  }

  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}
