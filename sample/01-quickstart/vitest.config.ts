import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.e2e-spec.ts'],
    silent: 'passed-only',
    env: { DATABASE_FILE: ':memory:' },
  },
});
