import * as fc from 'fast-check';
import {
  classifyRootEntry, formatRecoveryDirectoryName, parseQuarantineName, parseRecoveryDirectoryName, quarantineNameOf, recoveryDirectoriesOfJob,
  RootEntryKind, STAMP_TOLERANCE_MILLISECONDS,
} from '../../src/core/recovery-directory';

type Kind = RootEntryKind.RECOVERY_DIRECTORY | RootEntryKind.FAILED_RECOVERY_DIRECTORY;
const parse = parseRecoveryDirectoryName;

/** Names that AWS Backup gave, as AWS's documents and public posts show them: first with milliseconds, then with nanoseconds. */
const REAL_NAMES = [
  'aws-backup-restore_2019-01-07T21-06-22-108Z',
  'aws-backup-failed-restore_2019-01-07T21-06-22-108Z',
  'aws-backup-restore_2021-08-27T16-38-32-425Z',
  'aws-backup-restore_2022-01-17T08-53-32-695Z',
  'aws-backup-restore_2022-02-11T14-34-30-948Z',
  'aws-backup-restore_2022-09-06T00-03-13-832Z',
  'aws-backup-restore_2025-03-28T14-13-02-250589632Z',
  'aws-backup-restore_2026-04-14T08-20-46-704373367Z',
  'aws-backup-restore_2026-05-14T07-16-05-547921923Z',
  'aws-backup-restore_2026-05-14T17-27-00-417720408Z',
  'aws-backup-restore_2026-07-27T05-06-24-914181044Z',
];

/** Judges a name by other means than the code under test: by writing the stamp back as ISO 8601 and letting Date say it again. */
function isTrulyValid(name: string): boolean {
  const stamp = ['aws-backup-restore_', 'aws-backup-failed-restore_'].filter((prefix) => name.startsWith(prefix)).map((prefix) => name.slice(prefix.length))[0];
  if (stamp === undefined || [...stamp].some((character) => !'0123456789-TZ'.includes(character)) || stamp.length < 20 || stamp.length > 30 || stamp.length === 21) {
    return false;
  }
  const seconds = stamp.slice(0, 19).replace(/^(.{10}T..)-(..)-(..)$/, '$1:$2:$3');
  const date = new Date(`${seconds}Z`);
  const rest = stamp.slice(19);
  const fraction = rest === 'Z' || (rest.startsWith('-') && rest.endsWith('Z') && !/[^0-9]/.test(rest.slice(1, -1)));
  return fraction && date.getUTCFullYear() >= 100 && !Number.isNaN(date.getTime()) && date.toISOString() === `${seconds}.000Z`;
}

const instants = fc.integer({ min: Date.UTC(100, 0) / 1000, max: Date.UTC(9999, 11, 31, 23, 59, 59) / 1000 }).map((seconds) => seconds * 1000);
const fractions = fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 9 });
const kinds = fc.constantFrom<Kind>(RootEntryKind.RECOVERY_DIRECTORY, RootEntryKind.FAILED_RECOVERY_DIRECTORY);
const names = fc.oneof(
  fc.constantFrom(...REAL_NAMES),
  fc.tuple(kinds, instants, fractions).map(([kind, instant, fraction]) => formatRecoveryDirectoryName(kind, instant, fraction)),
);

describe('the names that AWS Backup gives', () => {
  test.each(REAL_NAMES)('%s, there and back', (name) => {
    const parsed = parse(name)!;
    expect(parsed.name).toBe(name);
    expect(parsed.kind).toBe(name.includes('failed') ? RootEntryKind.FAILED_RECOVERY_DIRECTORY : RootEntryKind.RECOVERY_DIRECTORY);
    expect(formatRecoveryDirectoryName(parsed.kind as Kind, parsed.instant, parsed.fraction)).toBe(name);
    expect(isTrulyValid(name)).toBe(true);
  });

  test.each([
    ['', '2026-07-27T05:06:24.000Z'], ['9', '2026-07-27T05:06:24.900Z'], ['09', '2026-07-27T05:06:24.090Z'], ['914', '2026-07-27T05:06:24.914Z'],
    ['9149', '2026-07-27T05:06:24.914Z'], ['914999999', '2026-07-27T05:06:24.914Z'], ['000', '2026-07-27T05:06:24.000Z'],
  ])('the fraction %p is cut to milliseconds, never rounded', (fraction, expected) => {
    const parsed = parse(`aws-backup-restore_2026-07-27T05-06-24${fraction && `-${fraction}`}Z`)!;
    expect(new Date(parsed.instant).toISOString()).toBe(expected);
    expect(parsed.fraction).toBe(fraction);
  });

  test('any instant, any fraction of 0 to 9 digits, there and back', () => {
    fc.assert(fc.property(kinds, instants, fractions, (kind, instant, fraction) => {
      const name = formatRecoveryDirectoryName(kind, instant, fraction);
      expect(parse(name)).toEqual({ name, kind, instant: instant + Number(fraction.padEnd(3, '0').slice(0, 3)), fraction });
      expect(classifyRootEntry(name)).toBe(kind);
    }));
  });

  test.each(['2024-02-29', '2000-02-29', '2026-02-28', '2026-12-31', '2026-01-01'])('%s is a date', (date) => {
    expect(parse(`aws-backup-restore_${date}T23-59-59Z`)).toBeDefined();
  });
});

describe('near misses', () => {
  const STRANGE = [...'0123456789-_TZtz:.+ /aA\n\r\t\0', '\u200b', '０', '９', '－', '＿', '－', 'Ｚ', '٣', '\u0301', 'é'];
  const mutations = fc.record({
    name: names,
    at: fc.nat(),
    with: fc.oneof(fc.constantFrom(...STRANGE), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })),
    how: fc.constantFrom('change', 'insert', 'delete', 'swap'),
  });
  const mutate = ({ name, at, with: character, how }: { name: string; at: number; with: string; how: string }) => {
    const index = at % (name.length + (how === 'insert' ? 1 : 0));
    switch (how) {
      case 'change': return name.slice(0, index) + character + name.slice(index + 1);
      case 'insert': return name.slice(0, index) + character + name.slice(index);
      case 'delete': return name.slice(0, index) + name.slice(index + 1);
      default: return name.slice(0, index) + name.slice(index + 1, index + 2) + name[index] + name.slice(index + 2);
    }
  };

  test('ten thousand of them: parsed exactly when they are names in truth', () => {
    let valid = 0;
    fc.assert(fc.property(mutations, (mutation) => {
      const name = mutate(mutation);
      valid += isTrulyValid(name) ? 1 : 0;
      expect([name, parse(name) !== undefined]).toEqual([name, isTrulyValid(name)]);
    }), { numRuns: 10_000 });
    expect(valid).toBeGreaterThan(0); // one digit for another is often a name again: the judge says yes at times
  });

  test('every character of a name, deleted or in the other case', () => {
    for (const name of [REAL_NAMES[0], REAL_NAMES[1], REAL_NAMES[6]]) {
      for (let index = 0; index < name.length; index += 1) {
        const shorter = name.slice(0, index) + name.slice(index + 1);
        expect([shorter, parse(shorter) !== undefined]).toEqual([shorter, isTrulyValid(shorter)]);
        const character = name[index];
        const other = character === character.toLowerCase() ? character.toUpperCase() : character.toLowerCase();
        if (other !== character) {
          expect(parse(name.slice(0, index) + other + name.slice(index + 1))).toBeUndefined();
        }
      }
    }
  });

  test('every hour, minute, second, month and day of two digits', () => {
    const within = (value: number, least: number, most: number) => value >= least && value <= most;
    for (let value = 0; value < 100; value += 1) {
      const two = String(value).padStart(2, '0');
      expect([two, parse(`aws-backup-restore_2026-01-01T${two}-00-00Z`) !== undefined]).toEqual([two, within(value, 0, 23)]);
      expect([two, parse(`aws-backup-restore_2026-01-01T00-${two}-00Z`) !== undefined]).toEqual([two, within(value, 0, 59)]);
      expect([two, parse(`aws-backup-restore_2026-01-01T00-00-${two}Z`) !== undefined]).toEqual([two, within(value, 0, 59)]);
      expect([two, parse(`aws-backup-restore_2026-${two}-01T00-00-00Z`) !== undefined]).toEqual([two, within(value, 1, 12)]);
      expect([two, parse(`aws-backup-restore_2026-04-${two}T00-00-00Z`) !== undefined]).toEqual([two, within(value, 1, 30)]);
    }
  });

  test.each([
    'aws-backup-restore_2026-02-29T00-00-00Z', 'aws-backup-restore_1900-02-29T00-00-00Z', 'aws-backup-restore_2024-02-30T00-00-00Z', 'aws-backup-restore_2026-02-31T00-00-00Z',
    'aws-backup-restore_2026-06-31T00-00-00Z', 'aws-backup-restore_2026-13-01T00-00-00Z', 'aws-backup-restore_2026-00-01T00-00-00Z', 'aws-backup-restore_2026-01-00T00-00-00Z',
    'aws-backup-restore_2026-12-31T23-59-60Z', 'aws-backup-restore_2026-01-01T24-00-00Z', 'aws-backup-restore_0026-01-01T00-00-00Z',
    'aws-backup-restore_20260722', 'aws-backup-restore_2024-01-15T10-30-00', 'aws-backup-restore_', 'aws-backup-restore', 'aws-backup-restore_Z', '',
    'aws-backup-restore_2026-07-27T05-06-24-914181044Z\n', '\naws-backup-restore_2026-07-27T05-06-24-914181044Z', 'x\naws-backup-restore_2026-07-27T05-06-24Z',
    'aws-backup-restore_2026-07-27T05-06-24-914181044Z ', ' aws-backup-restore_2026-07-27T05-06-24Z', 'aws-backup-restore_2026-07-27T05-06-24-914181044Z\0',
    'aws-backup-restore_2026-07-27T05-06-24-9141810440Z', 'aws-backup-restore_2026-07-27T05-06-24-Z', 'aws-backup-restore_2026-07-27T05:06:24.914Z',
    'aws-backup-restore_2026-07-27T05-06-24-914Z.bak', 'aws-backup-restore_2026-07-27T05-06-24-914Z-copy', 'aws-backup-restore_2026-07-27T05-06-24-914Z/',
    'aws-backup-restore_2026-07-27T05-06-24-914z', 'aws-backup-restore_2026-07-27t05-06-24-914Z', 'AWS-backup-restore_2026-07-27T05-06-24-914Z',
    'aws-backup-restore_２０２６-07-27T05-06-24Z', 'aws-backup-restore_2026-07-27T05-06-2４Z', 'aws-backup-restore_٢٠٢٦-07-27T05-06-24Z',
    'aws-backup-restore_+2026-07-27T05-06-24Z', 'aws-backup-restore_-026-07-27T05-06-24Z', 'aws-backup-restore_2026-7-27T05-06-24Z', 'aws-backup-restore_2026-07-27T05-06-24+00-00',
    'aws-backup-failed_restore_2026-07-27T05-06-24Z', 'aws-backup-failed-failed-restore_2026-07-27T05-06-24Z', 'aws-backup-restore__2026-07-27T05-06-24Z',
    '__proto__', 'constructor', '.', '..', '/', './aws-backup-restore_2026-07-27T05-06-24Z', '/aws-backup-restore_2026-07-27T05-06-24Z',
  ])('%j is none', (name) => {
    expect(parse(name)).toBeUndefined();
    expect(isTrulyValid(name)).toBe(false);
  });

  test('a very long name is judged at once', () => {
    expect(parse(`aws-backup-restore_2026-07-27T05-06-24-${'9'.repeat(1_000_000)}Z`)).toBeUndefined();
  });
});

describe('what lies at the root', () => {
  test.each<[string, RootEntryKind]>([
    [REAL_NAMES[0], RootEntryKind.RECOVERY_DIRECTORY],
    [REAL_NAMES[1], RootEntryKind.FAILED_RECOVERY_DIRECTORY],
    ['aws-backup-lost+found', RootEntryKind.LOST_AND_FOUND],
    ['aws-backup-lost+found_2026-07-27T05-06-24Z', RootEntryKind.LOST_AND_FOUND],
    ['aws-backup-restore_20260722', RootEntryKind.LOOKALIKE],
    ['aws-backup-restore_2026-02-31T00-00-00Z', RootEntryKind.LOOKALIKE],
    [`${REAL_NAMES[0]}\n`, RootEntryKind.LOOKALIKE],
    ['AWS-BACKUP-RESTORE_2026-07-27T05-06-24Z', RootEntryKind.LOOKALIKE],
    ['Aws-Backup-Lost+Found', RootEntryKind.LOOKALIKE],
    ['aws-backup-lostXfound', RootEntryKind.LOOKALIKE],
    ['aws-backup-', RootEntryKind.LOOKALIKE],
    [`cdk-efs-backup-quarantine_${REAL_NAMES[0]}`, RootEntryKind.QUARANTINED],
    [`cdk-efs-backup-quarantine_${REAL_NAMES[1]}`, RootEntryKind.QUARANTINED],
    ['cdk-efs-backup-quarantine_', RootEntryKind.OTHER],
    ['cdk-efs-backup-quarantine_data', RootEntryKind.OTHER],
    [`${REAL_NAMES[0]}cdk-efs-backup-quarantine_`, RootEntryKind.LOOKALIKE],
    ['aws-backup', RootEntryKind.OTHER],
    ['lost+found', RootEntryKind.OTHER],
    ['.cdk-efs-backup', RootEntryKind.OTHER],
    ['__proto__', RootEntryKind.OTHER],
    ['', RootEntryKind.OTHER],
  ])('%j is %s', (name, kind) => {
    expect(classifyRootEntry(name)).toBe(kind);
  });

  test('only what parses is a recovery directory, whatever the name', () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string().map((rest) => `aws-backup-${rest}`)), (name) => {
      expect(String(classifyRootEntry(name)).endsWith('RECOVERY_DIRECTORY')).toBe(parse(name) !== undefined);
    }));
  });
});

test('the name in quarantine is that of one recovery directory, there and back, and no other name is', () => {
  fc.assert(fc.property(kinds, instants, fractions, fc.string({ unit: 'binary', minLength: 1 }), (kind, instant, fraction, more) => {
    const own = formatRecoveryDirectoryName(kind, instant, fraction);
    expect(quarantineNameOf(own)).toBe(`cdk-efs-backup-quarantine_${own}`);
    expect(parseQuarantineName(quarantineNameOf(own))).toEqual(parse(own));
    expect(classifyRootEntry(quarantineNameOf(own))).toBe(RootEntryKind.QUARANTINED);
    expect([own, `${own}cdk-efs-backup-quarantine_`, quarantineNameOf(quarantineNameOf(own)), quarantineNameOf(more + own), more + quarantineNameOf(own)].map(parseQuarantineName))
      .toEqual([undefined, undefined, undefined, undefined, undefined]);
  }));
});

describe('the recovery directory of a job', () => {
  const job = { created: Date.UTC(2026, 6, 27, 4), completed: Date.UTC(2026, 6, 27, 5, 6, 24) };
  const at = (instant: number, kind: Kind = RootEntryKind.RECOVERY_DIRECTORY) =>
    formatRecoveryDirectoryName(kind, instant, String(instant % 1000).padStart(3, '0'));
  const found = (before: string[], after: string[]) => recoveryDirectoriesOfJob(before, after, job).map(({ name }) => name);

  test('is the one that is new and fits the times', () => {
    const own = at(job.completed);
    expect(found(['data', at(job.created - 1e9)], ['data', at(job.created - 1e9), own])).toEqual([own]);
  });

  test('was not there before', () => {
    expect(found([at(job.completed)], [at(job.completed)])).toEqual([]);
  });

  test.each([
    ['at the creation, less the tolerance', job.created - STAMP_TOLERANCE_MILLISECONDS, true],
    ['a millisecond earlier', job.created - STAMP_TOLERANCE_MILLISECONDS - 1, false],
    ['at the completion, plus the tolerance', job.completed + STAMP_TOLERANCE_MILLISECONDS, true],
    ['a millisecond later', job.completed + STAMP_TOLERANCE_MILLISECONDS + 1, false],
  ])('%s', (_name, instant, fits) => {
    expect(found([], [at(instant)])).toEqual(fits ? [at(instant)] : []);
  });

  test('all that fit are given: to choose is for a person', () => {
    expect(found([], [at(job.completed), at(job.completed + 1)])).toHaveLength(2);
  });

  test('is never a directory of a failed restore, a lookalike, lost+found or somebody else\'s', () => {
    const own = at(job.completed);
    expect(found([], [at(job.completed, RootEntryKind.FAILED_RECOVERY_DIRECTORY), `${own}~`, ` ${own}`, own.toUpperCase(), 'aws-backup-lost+found', 'data'])).toEqual([]);
  });

  test('is always new, of the right kind and in time, whatever lies at the root', () => {
    const around = fc.integer({ min: job.created - 2 * STAMP_TOLERANCE_MILLISECONDS, max: job.completed + 2 * STAMP_TOLERANCE_MILLISECONDS });
    const entries = fc.uniqueArray(fc.oneof(fc.tuple(around, kinds).map(([instant, kind]) => at(instant, kind)), fc.string({ minLength: 1 })));
    fc.assert(fc.property(entries, entries, (before, after) => {
      const [from, to] = [job.created - STAMP_TOLERANCE_MILLISECONDS, job.completed + STAMP_TOLERANCE_MILLISECONDS];
      const expected = after.filter((name) => !before.includes(name) && name.startsWith('aws-backup-restore_') && isTrulyValid(name)
        && parse(name)!.instant >= from && parse(name)!.instant <= to);
      expect(found(before, after)).toEqual(expected);
    }));
  });
});
