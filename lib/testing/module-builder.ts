/** The builder that `Test.createTestingModule()` of @nestjs/testing returns. */
export interface ModuleBuilder {
  overrideProvider(token: unknown): {
    useFactory(options: { factory: (...injected: never[]) => unknown; inject?: unknown[] }): unknown;
  };
}
