const config = require('./jest.config.cjs');

/** What is too dear for every change. @type {import('jest').Config} */
module.exports = {
  ...config,
  roots: ['<rootDir>/test/nightly'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 900_000,
  // Each suite takes the machine for itself.
  maxWorkers: 1,
};
