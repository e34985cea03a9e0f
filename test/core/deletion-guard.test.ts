import * as fc from 'fast-check';
import { RefusalReason, refuseDeletion } from '../../src/core/deletion-guard';
import type { DeletionFacts } from '../../src/core/deletion-guard';
import { parseRecoveryDirectoryName } from '../../src/core/recovery-directory';

const NAME = 'aws-backup-restore_2026-07-27T05-06-24-914181044Z';
const DAY = 86_400_000;
const INSTANT = parseRecoveryDirectoryName(NAME)!.instant;
/** Facts with which nothing stands against a deletion. */
const FACTS: DeletionFacts = { name: NAME, accessPointRoots: [], runningRestoreJobs: [], moveOnRecord: true, now: INSTANT + DAY };

const reasons = (facts: Partial<Record<keyof DeletionFacts, unknown>>) =>
  refuseDeletion({ ...FACTS, ...facts } as DeletionFacts).map(({ reason }) => reason);
const detail = (facts: Partial<DeletionFacts>) => refuseDeletion({ ...FACTS, ...facts })[0].detail;

test('lets a directory go whose content was moved, and one of a failed restore that is old enough', () => {
  expect(reasons({})).toEqual([]);
  expect(reasons({ name: NAME.replace('restore', 'failed-restore'), moveOnRecord: false, retentionMilliseconds: 1 })).toEqual([]);
});

describe('the name', () => {
  test.each([`${NAME}\n`, ` ${NAME}`, NAME.toUpperCase(), `${NAME}.bak`, 'aws-backup-restore_2026-02-31T00-00-00Z', 'data', '', '.', '..', '/', '__proto__', `../${NAME}`])('%j is refused', (name) => {
    expect(reasons({ name })).toEqual([RefusalReason.NAME]);
  });

  test('that does not parse is never let go, whatever the facts', () => {
    const anyName = fc.oneof(fc.string({ unit: 'binary' }), fc.string().map((rest) => NAME + rest), fc.string().map((rest) => rest + NAME), fc.nat(NAME.length).map((end) => NAME.slice(0, end)));
    const facts = fc.record({
      accessPointRoots: fc.option(fc.array(fc.string()), { nil: undefined }),
      runningRestoreJobs: fc.option(fc.array(fc.string()), { nil: undefined }),
      retentionMilliseconds: fc.option(fc.oneof(fc.integer(), fc.double()), { nil: undefined }),
      moveOnRecord: fc.boolean(),
      now: fc.oneof(fc.integer(), fc.double()),
    });
    fc.assert(fc.property(anyName.filter((name) => parseRecoveryDirectoryName(name) === undefined), facts, (name, rest) => {
      expect(refuseDeletion({ ...rest, name }).length).toBeGreaterThan(0);
    }), { numRuns: 2_000 });
  });

  test.each(['aws-backup-lost+found', 'aws-backup-lost+found_2026-07-27T05-06-24Z'])('%s is for a person to look through', (name) => {
    expect(reasons({ name })).toEqual([RefusalReason.LOST_AND_FOUND]);
    expect(detail({ name })).toBe(`'${name}' holds fragments that AWS Backup could not place: look through it, then delete it by hand`);
  });

  test('is told in the refusal', () => {
    expect(detail({ name: 'data' })).toBe("'data' is not exactly the name of a recovery directory");
  });
});

describe('access points', () => {
  test.each([
    ['at the directory', `/${NAME}`],
    ['within it', `/${NAME}/home/alice`],
    ['at it, with a slash', `/${NAME}/`],
    ['that cannot be told', ''],
  ])('a root %s keeps it', (_where, root) => {
    expect(reasons({ accessPointRoots: ['/projects', root] })).toEqual([RefusalReason.ACCESS_POINT]);
  });

  test.each([
    ['at the root, which needs no directory', '/'],
    ['beside it, with a longer name', `/${NAME}2`],
    ['beside it, with a shorter name', `/${NAME.slice(0, -1)}`],
    ['of the same name elsewhere', `/projects/${NAME}`],
    ['in other letters', `/${NAME.toUpperCase()}`],
  ])('a root %s does not', (_where, root) => {
    expect(reasons({ accessPointRoots: [root] })).toEqual([]);
  });

  test.each([
    'projects', `projects/${NAME}`, '//projects', '/projects//a', '/projects/', '/projects/.', '/projects/./a', '/projects/..', `/projects/../${NAME}`, `/${NAME}/..`, '/.', '/..', '//', '.', '..', 'x/',
  ])('a root at %j may lie anywhere, and keeps it', (root) => {
    expect(refuseDeletion({ ...FACTS, accessPointRoots: [root] }))
      .toEqual([{ reason: RefusalReason.ACCESS_POINT, detail: `an access point has its root at '${root}', which may lie anywhere` }]);
  });

  test.each(['/..a', '/.a', '/a..', '/...', '/a/.../b', '/ ', '/a\nb'])('a root at %j lies where it says', (root) => {
    expect(reasons({ accessPointRoots: [root] })).toEqual([]);
  });

  test('of one in quarantine, both of its names count; of any other, only its own', () => {
    const quarantined = `/cdk-efs-backup-quarantine_${NAME}`;
    for (const root of [quarantined, `${quarantined}/a`, `/${NAME}`, `/${NAME}/a/b`]) {
      expect([root, reasons({ quarantined: true, accessPointRoots: [root] })]).toEqual([root, [RefusalReason.ACCESS_POINT]]);
      const expected = root.startsWith(quarantined) ? [] : [RefusalReason.ACCESS_POINT];
      expect([root, reasons({ quarantined: false, accessPointRoots: [root] })]).toEqual([root, expected]);
    }
    for (const root of [`${quarantined}2`, quarantined.slice(0, -1), `/projects${quarantined}`, '/']) {
      expect([root, reasons({ quarantined: true, accessPointRoots: [root] })]).toEqual([root, []]);
    }
  });

  test('each is told', () => {
    expect(refuseDeletion({ ...FACTS, accessPointRoots: [`/${NAME}`, '/', `/${NAME}/a`] }).map((refusal) => refusal.detail))
      .toEqual([`an access point has its root at '/${NAME}'`, `an access point has its root at '/${NAME}/a'`]);
  });
});

describe('facts', () => {
  test.each([
    ['no access points', { accessPointRoots: undefined }],
    ['no restore jobs', { runningRestoreJobs: undefined }],
    ['null', { accessPointRoots: null }],
    ['null for jobs', { runningRestoreJobs: null }],
    ['a text', { accessPointRoots: '' }],
    ['an object', { runningRestoreJobs: {} }],
    ['a list of something else', { accessPointRoots: [{ Path: `/${NAME}` }] }],
    ['a list with a hole', { accessPointRoots: new Array(1) }],
    ['a list of null', { runningRestoreJobs: [null] }],
  ])('%s: nothing is deleted', (_name, facts) => {
    expect(reasons(facts)).toEqual([RefusalReason.FACTS_MISSING]);
  });

  test('what is known is still judged', () => {
    expect(reasons({ accessPointRoots: undefined, runningRestoreJobs: ['job'] })).toEqual([RefusalReason.FACTS_MISSING, RefusalReason.RESTORE_JOB_RUNNING]);
    expect(detail({ accessPointRoots: undefined })).toBe('the access points and the running restore jobs of the file system must be read just before a deletion');
  });
});

test('a running restore job keeps it', () => {
  expect(reasons({ runningRestoreJobs: ['4f3e', '5a6b'] })).toEqual([RefusalReason.RESTORE_JOB_RUNNING]);
  expect(detail({ runningRestoreJobs: ['4f3e', '5a6b'] })).toBe('restore jobs are pending or running: 4f3e, 5a6b');
});

describe('the retention', () => {
  const aged = (age: number, retentionMilliseconds?: number) => reasons({ moveOnRecord: false, retentionMilliseconds, now: INSTANT + age });

  test.each<[string, number, number | undefined, boolean]>([
    ['no retention and no record', 1e12, undefined, true],
    ['exactly as old as the retention', DAY, DAY, true],
    ['a millisecond older', DAY + 1, DAY, false],
    ['younger', DAY - 1, DAY, true],
    ['no retention to speak of', 1, 0, false],
    ['made this very moment', 0, 0, true],
    ['made in the future', -1, 0, true],
    ['made in the future, and a retention below zero', -1, -DAY, true],
    ['a retention that is no number', 1e12, NaN, true],
    ['a time that is no number', NaN, 0, true],
  ])('%s: kept is %4$s', (_name, age, retention, kept) => {
    expect(aged(age, retention)).toEqual(kept ? [RefusalReason.RETENTION] : []);
  });

  test('tells how old it is, and for how long it is kept', () => {
    const about = (facts: Partial<DeletionFacts>) => detail({ moveOnRecord: false, ...facts });
    expect(about({})).toBe('the file system has no record that its content was verified and moved into place');
    expect(about({ retentionMilliseconds: 7 * DAY })).toBe('it is 86400 seconds old and is kept for 604800 seconds');
    expect(about({ retentionMilliseconds: 0, now: INSTANT })).toBe('it is 0 seconds old and is kept for 0 seconds');
    expect(about({ retentionMilliseconds: 0, now: INSTANT - 1 })).toBe('its name says that it was made in the future');
  });
});

test('every reason is given at once', () => {
  expect(reasons({ accessPointRoots: [`/${NAME}`], runningRestoreJobs: ['job'], moveOnRecord: false }))
    .toEqual([RefusalReason.ACCESS_POINT, RefusalReason.RESTORE_JOB_RUNNING, RefusalReason.RETENTION]);
});
