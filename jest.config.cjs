/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: '<rootDir>/test/support/measured-environment.cjs',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // `npm run nightly` has them: jest.nightly.config.cjs.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/nightly/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  reporters: [
    'default',
    '<rootDir>/test/support/suite-costs.cjs',
    '<rootDir>/test/support/closing-lines.cjs',
  ],
  testSequencer: '<rootDir>/test/support/longest-first.cjs',
  // A bound on what hangs, not a judgement of speed: a machine of two cores may be busy with the other suites.
  testTimeout: 300_000,
  maxWorkers: 3,
};
