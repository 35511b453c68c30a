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
  testMatch: ['**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/.data/'],
  testTimeout: 30_000,
  // A test that fails half-way leaves servers open, which must not hold the run for ever.
  forceExit: true,
};
