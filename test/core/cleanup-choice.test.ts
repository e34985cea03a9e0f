import * as fc from 'fast-check';
import { CleanupMode } from '../../src/core/cleanup';
import type { CleanupSettings } from '../../src/core/cleanup';
import { chooseDirectories, KeepReason } from '../../src/core/cleanup-choice';
import { classifyRootEntry, formatRecoveryDirectoryName, quarantineNameOf, RootEntryKind } from '../../src/core/recovery-directory';
import type { SurveyedEntry } from '../../src/core/worker';

const NOW = Date.parse('2026-11-26T12:00:00.000Z');
const DAY = 86_400;
const SETTINGS: CleanupSettings = {
  mode: CleanupMode.DELETE, deleteAfterSeconds: 7 * DAY, keepLatest: 0, keep: [], workers: 1, operationsPerSecond: 3500, entriesPerWorker: 100,
};
type Kind = Parameters<typeof formatRecoveryDirectoryName>[0];
const nameOf = (ageSeconds: number, kind: Kind = RootEntryKind.RECOVERY_DIRECTORY) =>
  formatRecoveryDirectoryName(kind, NOW - ageSeconds * 1000, '123');
const content = (files: number, inUse = false) => ({
  counts: { files, directories: 0, symbolicLinks: 0, others: 0, bytes: files * 10 }, inUse, ...(inUse ? { inUsePath: '/x' } : {}), unreadable: [],
});
const entry = (name: string, ageSeconds: number, more: Partial<SurveyedEntry> = {}): SurveyedEntry =>
  ({ name, kind: classifyRootEntry(name), ageSeconds, ...more });
const aged = (ageSeconds: number, more: Partial<SurveyedEntry> = {}) => entry(nameOf(ageSeconds), ageSeconds, more);
const chooseFrom = (entries: SurveyedEntry[], settings: Partial<CleanupSettings> = {}, mode = CleanupMode.DELETE) =>
  chooseDirectories({ entries }, { ...SETTINGS, ...settings }, mode);
const keptOf = (choice: ReturnType<typeof chooseFrom>) => choice.directories.map(({ kept }) => kept);

test.each([[7 * DAY, KeepReason.YOUNG], [7 * DAY + 1, undefined], [-5, KeepReason.YOUNG]])('aged %d seconds', (age, kept) => {
  expect(keptOf(chooseFrom([aged(age)]))).toEqual([kept]);
});

test('the oldest come first, failed ones and those in quarantine too, by their old names', () => {
  const [old, failed, quarantined] = [nameOf(9 * DAY), nameOf(11 * DAY, RootEntryKind.FAILED_RECOVERY_DIRECTORY), nameOf(10 * DAY)];
  const { chosen, totals } = chooseFrom([entry(old, 9 * DAY), entry(failed, 11 * DAY), entry(quarantineNameOf(quarantined), 10 * DAY)]);
  expect(chosen.map(({ directory }) => directory)).toEqual([failed, quarantined, old]);
  expect(totals).toMatchObject({ directories: 3, due: 3, oldestAgeSeconds: 11 * DAY });
});

test('lost+found and lookalikes are named, never chosen', () => {
  const choice = chooseFrom([entry('aws-backup-lost+found', 0), entry('aws-backup-restore_x', 99 * DAY), entry('AWS-Backup-restore', 99 * DAY)]);
  expect(choice).toMatchObject({ chosen: [], directories: [], lostAndFound: ['aws-backup-lost+found'], lookalikes: ['aws-backup-restore_x', 'AWS-Backup-restore'] });
});

test('keepLatest keeps the newest of those that were restored; failed ones do not count', () => {
  const failed = entry(nameOf(8 * DAY, RootEntryKind.FAILED_RECOVERY_DIRECTORY), 8 * DAY);
  expect(keptOf(chooseFrom([aged(11 * DAY), aged(10 * DAY), aged(9 * DAY), failed], { keepLatest: 2 })))
    .toEqual([undefined, KeepReason.LATEST, KeepReason.LATEST, undefined]);
  expect(keptOf(chooseFrom([aged(11 * DAY), aged(DAY)], { keepLatest: 1 }))).toEqual([undefined, KeepReason.YOUNG]); // a young one is one of the latest
});

test('those that the survey had no room for are newer, and count among the latest', () => {
  const choose = (keepLatest: number, recoveryDirectories: number) => chooseDirectories(
    { entries: [aged(11 * DAY), aged(10 * DAY)], omitted: { directories: 9, recoveryDirectories } }, { ...SETTINGS, keepLatest }, CleanupMode.DELETE);
  expect(keptOf(choose(2, 2))).toEqual([undefined, undefined]);
  expect(keptOf(choose(3, 2))).toEqual([undefined, KeepReason.LATEST]);
  expect(choose(0, 2).totals).toMatchObject({ directories: 11, due: 2 });
});

test('the keep list and what is in use are kept, in quarantine too', () => {
  const kept = nameOf(10 * DAY);
  expect(keptOf(chooseFrom([entry(kept, 10 * DAY), aged(9 * DAY, { content: content(1, true) })], { keep: [kept] })))
    .toEqual([KeepReason.LISTED, KeepReason.IN_USE]);
  expect(keptOf(chooseFrom([entry(quarantineNameOf(kept), 10 * DAY)], { keep: [kept] }))).toEqual([KeepReason.LISTED]);
});

test('REPORT_ONLY chooses nothing, QUARANTINE nothing that is there already', () => {
  const entries = [aged(9 * DAY), entry(quarantineNameOf(nameOf(8 * DAY)), 8 * DAY)];
  expect(chooseFrom(entries, {}, CleanupMode.REPORT_ONLY)).toMatchObject({ chosen: [], totals: { due: 2 } });
  expect(keptOf(chooseFrom(entries, {}, CleanupMode.QUARANTINE))).toEqual([undefined, KeepReason.QUARANTINED]);
});

test.each([[100, 1], [101, 2], [1000, 4], [0, 1], [undefined, 4]])('%p entries are worth %d of 4 workers', (files, shards) => {
  const directory = aged(9 * DAY, files === undefined ? {} : { content: content(files) });
  const [chosen] = chooseFrom([directory], { workers: 4, operationsPerSecond: 90 }).chosen;
  expect(chosen).toMatchObject({ shards, operationsPerSecond: Math.max(10, Math.floor(90 / shards)) });
});

test('a directory is put into quarantine by one worker', () => {
  expect(chooseFrom([aged(9 * DAY, { content: content(1e6) })], { workers: 4 }, CleanupMode.QUARANTINE).chosen[0].shards).toBe(1);
});

test('more than 100 directories, or 200 shards, are left to the next run, the newest of them; all are counted', () => {
  const many = (count: number, files: number) => Array.from({ length: count }, (_, index) => aged((8 + index) * DAY, { content: content(files) }));
  const directories = chooseFrom(many(250, 1));
  expect(directories.chosen).toHaveLength(100);
  expect(directories.chosen[0].directory).toBe(nameOf(257 * DAY));
  expect(directories.totals).toMatchObject({ directories: 250, due: 250, entries: 250, bytes: 2500 });
  expect(directories.directories).toHaveLength(150);
  expect(keptOf(directories).filter((kept) => kept === KeepReason.NEXT_RUN)).toHaveLength(50);
  expect(chooseFrom(many(60, 1000), { workers: 8 }).chosen).toHaveLength(25);
});

test('whatever is chosen is older than the retention, not listed, not in use, and has the name of a recovery directory', () => {
  const anEntry = fc.record({ age: fc.integer({ min: -DAY, max: 30 * DAY }), inUse: fc.boolean(), quarantined: fc.boolean(), odd: fc.boolean() });
  const someEntries = fc.uniqueArray(anEntry, { selector: ({ age }) => age, maxLength: 20 });
  fc.assert(fc.property(someEntries, fc.nat({ max: 5 }), fc.nat({ max: 19 }), (rows, keepLatest, listed) => {
    const entries = rows.map(({ age, inUse, quarantined, odd }) => entry(`${quarantined ? quarantineNameOf(nameOf(age)) : nameOf(age)}${odd ? '.old' : ''}`, age, { content: content(1, inUse) }));
    const keep = rows[listed] === undefined ? [] : [nameOf(rows[listed].age)];
    for (const { directory } of chooseFrom(entries, { keepLatest, keep }).chosen) {
      const row = rows.find(({ age }) => nameOf(age) === directory)!;
      expect(row.age > 7 * DAY && !row.inUse && !row.odd && !keep.includes(directory)).toBe(true);
    }
  }));
});
