const { jest } = require('../../package.json');

// `npm run test:emulator`: beside `npm test`, which needs Node.js alone
module.exports = {
  rootDir: '../..',
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/emulator/**/*.test.ts'],
  setupFiles: jest.setupFiles.filter((file) => !file.includes('one-core')), // a server and a command line work beside the tests
  transform: jest.transform,
  globalSetup: '<rootDir>/test/emulator/global-setup.ts',
  maxWorkers: 1,
  testTimeout: 10 * 60_000, // only there to end what hangs
};
