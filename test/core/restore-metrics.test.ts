import * as fc from 'fast-check';
import { deleted, FOUND, FOUND_TWO, moved, planned, STARTED, verified } from './restore-states';
import { RestoreMetric, restoreMetrics } from '../../src/core/restore-metrics';
import { reportRestore } from '../../src/core/restore-report';
import type { RestoreExecution } from '../../src/core/restore-report';

const NOW = Date.parse(STARTED.execution.startTime) + 90_000;
const metrics = (state: RestoreExecution, now = NOW) => restoreMetrics(reportRestore(state).report, 'fs-1', now) as Record<string, any>;

test('a restore that moved, in one document with the file system as its dimension', () => {
  const document = metrics({
    ...FOUND_TWO, verifications: [verified(), verified({ files: 1, bytes: 5 })], moves: [moved(), moved({ replaced: 2, keptBoth: 3, skipped: 9 })], deletions: [deleted('DELETED')],
  });
  expect(document).toEqual({
    _aws: {
      Timestamp: NOW,
      CloudWatchMetrics: [{
        Namespace: 'CdkEfsBackup',
        Dimensions: [['FileSystemId']],
        Metrics: [
          { Name: 'RestoresSucceeded', Unit: 'Count' }, { Name: 'RestoresFailed', Unit: 'Count' }, { Name: 'RestoreDuration', Unit: 'Seconds' },
          { Name: 'RestoredFiles', Unit: 'Count' }, { Name: 'RestoredBytes', Unit: 'Bytes' }, { Name: 'MovedEntries', Unit: 'Count' },
        ],
      }],
    },
    FileSystemId: 'fs-1',
    RestoresSucceeded: 1,
    RestoresFailed: 0,
    RestoreDuration: 90,
    RestoredFiles: 3,
    RestoredBytes: 35,
    MovedEntries: 7,
  });
});

test('a restore that failed', () => {
  expect(metrics({ ...STARTED, failure: { Error: 'E' } })).toMatchObject({ RestoresSucceeded: 0, RestoresFailed: 1, RestoredFiles: 0, RestoredBytes: 0, MovedEntries: 0 });
});

test('what a dry run would move is not moved', () => {
  const state = { ...FOUND, verifications: [verified()], plans: [planned({ moved: 9 })] };
  expect(metrics(state)).toMatchObject({ RestoresSucceeded: 1, RestoredFiles: 2, MovedEntries: 0 });
});

test('a clock that is behind makes no negative duration', () => {
  expect(metrics(FOUND, NOW - 100_000)).toMatchObject({ RestoreDuration: 0 });
});

test('every metric is declared once, and is a number that CloudWatch takes', () => {
  const counts = fc.record({ moved: fc.nat(), replaced: fc.nat(), keptBoth: fc.nat(), skipped: fc.nat(), failed: fc.nat() });
  fc.assert(fc.property(counts, fc.nat(), fc.nat(), fc.boolean(), (fates, bytes, later, failed) => {
    const document = metrics({ ...FOUND, verifications: [verified({ bytes })], moves: [moved(fates)], ...(failed ? { failure: { Error: 'E' } } : {}) }, NOW + later);
    const [{ Metrics, Dimensions: [dimensions] }] = document._aws.CloudWatchMetrics;
    expect(Metrics.map(({ Name }: { Name: string }) => Name)).toEqual(Object.values(RestoreMetric));
    expect(dimensions.map((name: string) => document[name])).toEqual(['fs-1']);
    expect(Object.values(RestoreMetric).every((name) => Number.isFinite(document[name]) && document[name] >= 0)).toBe(true);
    expect(document.RestoresSucceeded + document.RestoresFailed).toBe(1);
  }));
});
