// Decided once, for all workers: which third of the host profiles a run takes.
process.env.TEST_SEED ??= String(
  Math.floor((Date.now() - Date.UTC(new Date().getUTCFullYear(), 0)) / 86_400_000),
);

export default {
  testMatch: ['<rootDir>/test/**/*.spec.ts', '<rootDir>/test/**/*.e2e-spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          target: 'es2022',
        },
        module: { type: 'es6' },
      },
    ],
  },
  moduleNameMapper: {
    '^nestjs-users$': '<rootDir>/lib/index.ts',
    '^nestjs-users/(\\w+)$': '<rootDir>/lib/$1.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // Mercurius requires a package that has become an ES module, which jest cannot require on Node 20. This older
    // version does the same.
    '^content-disposition$': '<rootDir>/node_modules/content-disposition',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/sample', '<rootDir>/.tmp'],
  reporters: [
    'default',
    [
      '<rootDir>/test/support/untested-databases.reporter.js',
      { databases: ['sqlite', 'postgres', 'mariadb', 'redis'] },
    ],
    '<rootDir>/test/support/profiles.reporter.js',
    '<rootDir>/test/support/seen-answers.reporter.js',
  ],
  testTimeout: 40_000,
  // One process for all suites would grow to gigabytes: modules of VM contexts are never collected.
  maxWorkers: 2,
  workerIdleMemoryLimit: '1GB',
  // mysql2 leaves a connection open that was on its way when its pool ended; a run must not wait for it.
  forceExit: true,
};
