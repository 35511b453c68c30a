import root from '../jest.config.js';

/** Contract and end-to-end tests: one system for all files of a run, besides those that some start for themselves. */
export default {
  ...root,
  rootDir: '..',
  // Tests that belong to a service and have full counts: `npm run test:full -- differential`, `-- killed-workers`.
  roots: ['<rootDir>/tests', '<rootDir>/gateway/src/execution/differential', '<rootDir>/subgraphs/messaging/src/fault'],
  globalSetup: '<rootDir>/tests/support/global-setup.ts',
  globalTeardown: '<rootDir>/tests/support/global-teardown.ts',
  testTimeout: 60_000,
};
