// Mutants of one area of the file engine, tested by the tests of that area: docs/mutation.md has the command and what it found.
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** What is mutated, and by which tests it is to be found out. */
const AREAS = {
  core: {
    mutate: ['deletion-guard', 'expectation', 'item-path', 'operations-per-second', 'recovery-directory', 'reserved-root-name', 'restore-request', 'shard', 'worker-event']
      .map((name) => `src/core/${name}.ts`),
    tests: ['core/*'],
  },
  fs: {
    mutate: ['descend', 'directory', 'errno', 'names', 'retrying', 'slots', 'tree'].map((name) => `lambda/fs/${name}.ts`),
    tests: ['lambda/fs/!(walk*)'],
  },
  walk: { mutate: ['lambda/fs/walk.ts'], tests: ['lambda/fs/walk*'] },
  runtime: { mutate: ['lambda/runtime/*.ts'], tests: ['lambda/runtime/*'] },
  delete: { mutate: ['lambda/worker/delete/*.ts'], tests: ['lambda/worker/delete*', 'lambda/worker/quarantine'] },
  move: { mutate: ['lambda/worker/move/*.ts'], tests: ['lambda/worker/move*'] },
};
const area = process.env.STRYKER_AREA ?? 'core';
const { mutate, tests } = AREAS[area];
const { jest } = JSON.parse(readFileSync('package.json', 'utf8'));

export default {
  mutate,
  testRunner: 'jest',
  jest: {
    projectType: 'custom',
    config: {
      ...jest,
      reporters: ['default'],
      testSequencer: undefined, // one process at a time, in which every order takes as long
      setupFiles: [...jest.setupFiles, '<rootDir>/test/mutation/short-properties.ts'],
      testTimeout: 15_000,
      testMatch: tests.map((name) => `<rootDir>/test/${name}.test.ts`),
      transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'test/tsconfig.json', diagnostics: false }] },
    },
  },
  tsconfigFile: 'none', // else Stryker rewrites it, and needs a TypeScript of its own for that
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  concurrency: 1,
  maxTestRunnerReuse: 50, // jest keeps some memory of every run
  ignorePatterns: ['/assets', '/docs', '/dist', '/lib', '/coverage'],
  tempDirName: path.join(os.tmpdir(), 'cdk-efs-backup-mutants'),
  reporters: ['progress-append-only', 'clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: path.join(os.tmpdir(), 'cdk-efs-backup-mutants', `${area}.json`) },
};
