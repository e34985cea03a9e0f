import { Component, javascript } from 'projen';
import type { awscdk } from 'projen';

const RUNNER = '<rootDir>/test/runner';

/** How Jest runs the tests: test/runner has its parts. */
export const JEST: javascript.JestOptions = {
  updateSnapshot: javascript.UpdateSnapshot.NEVER,
  junitReporting: false,
  coverageText: false,
  jestConfig: {
    testEnvironment: `${RUNNER}/environment.cjs`,
    collectCoverage: false, // docs/mutation.md says what the tests hold on to
    coverageProvider: 'babel', // 'v8' (projen's default) crashes jest 30 on Node 20.20
    coverageReporters: ['text-summary'],
    maxWorkers: '100%', // of two cores Jest would leave one idle
    globalSetup: `${RUNNER}/memory-directory.cjs`,
    globalTeardown: `${RUNNER}/memory-directory-teardown.cjs`,
    testSequencer: `${RUNNER}/slowest-first.cjs`,
    reporters: [new javascript.JestReporter(`${RUNNER}/slowest-reporter.cjs`)],
    setupFiles: [`${RUNNER}/one-core.ts`, '<rootDir>/test/helpers/setup.ts'],
    snapshotSerializers: ['<rootDir>/test/helpers/asset-hash-serializer.ts'],
    testTimeout: 600_000, // to end what hangs: a slow disk takes minutes for 100,000 names
    testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/emulator/'], // npm run test:emulator
  },
};

/** The commands that test. */
export class Tests extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    // npm runs pre* scripts first: each command does all of its own set-up, and then nothing but tests
    for (const command of ['test', 'test:changed', 'test:endurance', 'test:emulator']) {
      project.setScript(`pre${command}`, `node scripts/set-up.mjs${['test', 'test:changed'].includes(command) ? ' --with-other-runtimes' : ''}`);
    }
    project.setScript('test', 'jest --ci');
    project.setScript('test:changed', 'node scripts/test-changed.mjs');
    // longer than anybody waits for a test: all random inputs, and a crash at each call (test/helpers/effort.ts)
    project.setScript('test:endurance', 'ENDURANCE_ROUNDS=${ENDURANCE_ROUNDS:-5000} jest --ci test/endurance test/lambda test/rehearsal/two-executions');
    // needs Python; the first time also the Python Package Index
    project.setScript('test:emulator', 'jest --config test/emulator/jest.config.js');
    project.testTask.prependSpawn(project.tasks.tryFind('bundle')!);
  }
}
