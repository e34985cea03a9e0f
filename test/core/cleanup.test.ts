import { checkCleanupSettings, CleanupMode, isAtMost } from '../../src/core/cleanup';

const NAME = 'aws-backup-restore_2026-11-23T09-30-12-345678901Z';
const never = () => false;
const subjects = (settings: object, isUnresolved: (value: unknown) => boolean = never) =>
  checkCleanupSettings(settings, isUnresolved).map(({ subject }) => subject);

test.each([
  [{}], [{ deleteAfterSeconds: 3600 }], [{ keepLatest: 0 }], [{ keepLatest: 1000 }], [{ keep: [NAME] }], [{ workers: 1 }], [{ workers: 8 }],
  [{ operationsPerSecond: 10 }], [{ workers: 8, operationsPerSecond: 80 }],
])('takes %j', (settings) => {
  expect(subjects(settings)).toEqual([]);
});

test.each([
  [{ deleteAfterSeconds: 3599 }, 'deleteAfter'], [{ keepLatest: -1 }, 'keepLatest'], [{ keepLatest: 1.5 }, 'keepLatest'], [{ keepLatest: 1001 }, 'keepLatest'],
  [{ workers: 0 }, 'workers'], [{ workers: 9 }, 'workers'], [{ operationsPerSecond: 9 }, 'operationsPerSecond'], [{ workers: 8, operationsPerSecond: 79 }, 'operationsPerSecond'],
  [{ keep: [NAME, `/${NAME}`] }, 'keep[1]'], [{ keep: ['aws-backup-restore_*'] }, 'keep[0]'], [{ keep: ['aws-backup-lost+found'] }, 'keep[0]'],
])('fails for %j', (settings, subject) => {
  expect(subjects(settings)).toEqual([subject]);
});

test('names all problems at once, and skips what is not known yet', () => {
  expect(subjects({ deleteAfterSeconds: 1, keepLatest: -1, workers: 0, keep: ['x'], operationsPerSecond: 1 })).toEqual(['deleteAfter', 'keepLatest', 'workers', 'keep[0]', 'operationsPerSecond']);
  expect(subjects({ keepLatest: -1, workers: 0, keep: ['x'], operationsPerSecond: 1 }, () => true)).toEqual([]);
});

test('a mode is at most itself and every more severe one', () => {
  const [report, quarantine, deletion] = [CleanupMode.REPORT_ONLY, CleanupMode.QUARANTINE, CleanupMode.DELETE];
  expect([[report, quarantine], [quarantine, deletion], [report, deletion], [deletion, deletion]].every(([a, b]) => isAtMost(a, b))).toBe(true);
  expect([[quarantine, report], [deletion, quarantine], [deletion, report]].some(([a, b]) => isAtMost(a, b))).toBe(false);
});
