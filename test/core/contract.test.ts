import { EnvironmentVariable, RestoreError, WORK_DIRECTORY } from '../../src/core/contract';
import { classifyRootEntry, RootEntryKind } from '../../src/core/recovery-directory';

test.each(Object.entries(EnvironmentVariable))('the environment variable %s has the name that it is known by', (key, name) => {
  expect(name).toBe(key);
});

test.each(Object.entries(RestoreError))('the error %s is named as Step Functions and the runbook do, and as nothing of AWS', (key, name) => {
  expect(name).toMatch(/^([A-Z][a-z]+)+$/);
  expect(name.replace(/(?<!^)([A-Z])/g, '_$1').toUpperCase()).toBe(key);
});

test('no two errors have the same name', () => {
  expect(new Set(Object.values(RestoreError)).size).toBe(Object.keys(RestoreError).length);
});

test('our own directory is hidden, and never taken for one of AWS Backup', () => {
  expect(WORK_DIRECTORY).toMatch(/^\.[a-z-]+$/);
  expect(classifyRootEntry(WORK_DIRECTORY)).toBe(RootEntryKind.OTHER);
});
