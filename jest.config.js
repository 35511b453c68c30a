/** One configuration for unit, contract and end-to-end tests; a package's script says which paths it runs. */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
  // The test files of a run share one PostgreSQL, which starts when the first of them asks for a database.
  globalSetup: '<rootDir>/stack/src/testing/jest-setup.ts',
  globalTeardown: '<rootDir>/stack/src/testing/jest-teardown.ts',
  testMatch: ['**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/.data/'],
  testTimeout: 30_000,
  // A test that fails half-way leaves servers open, which must not hold the run for ever.
  forceExit: true,
};
