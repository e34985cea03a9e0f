import { tests } from './areas.mjs';

export default {
  rootDir: '../..',
  testEnvironment: 'node',
  setupFiles: ['<rootDir>/test/helpers/setup.ts'],
  testMatch: tests.map((pattern) => `<rootDir>/test/${pattern}.test.ts`),
  testTimeout: 60_000,
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'test/tsconfig.json', isolatedModules: true, diagnostics: false }] },
};
