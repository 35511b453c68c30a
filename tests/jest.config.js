import root from '../jest.config.js';

/** Contract and end-to-end tests: one system for all files of a run, besides those that some start for themselves. */
export default {
  ...root,
  rootDir: '..',
  // The differential test belongs to the gateway, and has full counts of its own: `npm run test:full -- differential`.
  roots: ['<rootDir>/tests', '<rootDir>/gateway/src/execution/differential'],
  globalSetup: '<rootDir>/tests/support/global-setup.ts',
  globalTeardown: '<rootDir>/tests/support/global-teardown.ts',
  testTimeout: 60_000,
};
