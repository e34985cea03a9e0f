import * as fc from 'fast-check';
import { CleanupMode } from '../../src/core/cleanup';
import { chooseDirectories, KeepReason } from '../../src/core/cleanup-choice';
import { formatRecoveryDirectoryName, RootEntryKind } from '../../src/core/recovery-directory';
import type { SurveyedEntry } from '../../src/core/worker';

const NOW = Date.UTC(2026, 10, 26);
const NUMBERS = { deleteAfterSeconds: 1, keepLatest: 0, workers: 1, operationsPerSecond: 100, entriesPerWorker: 1 };
const SETTINGS = { ...NUMBERS, mode: CleanupMode.DELETE, keep: [] };
const choose = (entries: SurveyedEntry[], more: object = {}) => chooseDirectories({ entries }, { ...SETTINGS, ...more }, CleanupMode.DELETE);

function entryOf(ageSeconds: number, more: Partial<SurveyedEntry> = {}): SurveyedEntry {
  const kind = RootEntryKind.RECOVERY_DIRECTORY;
  return { name: formatRecoveryDirectoryName(kind, NOW - ageSeconds * 1000, ''), kind, ageSeconds, uid: 0, ...more };
}
const many = (count: number, oldest: number, more: Partial<SurveyedEntry> = {}): SurveyedEntry[] =>
  Array.from({ length: count }, (_, index) => entryOf(oldest - index, more));

test('240 directories that are always refused do not keep the newer ones from being deleted', () => {
  const refused = new Map<string, string>();
  const stubborn = many(240, 100_000).map(({ name }) => name);
  let entries = [...many(240, 100_000), ...many(10, 5_000)];
  for (let run = 0; run < 4; run += 1) {
    const { chosen } = choose(entries.map((entry) => ({ ...entry, refusedAt: refused.get(entry.name) })));
    expect(chosen).toHaveLength(100);
    const now = new Date(NOW + run * 1000).toISOString();
    chosen.filter(({ directory }) => stubborn.includes(directory)).forEach(({ directory }) => refused.set(directory, now));
    entries = entries.filter(({ name }) => stubborn.includes(name) || !chosen.some(({ directory }) => directory === name));
  }
  expect(entries.map(({ name }) => name)).toEqual(stubborn);
  expect(refused.size).toBe(240);
});

test('whatever is refused and whatever comes, each directory has its turn within as many runs as there are hundreds', () => {
  fc.assert(fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 250 }), fc.integer({ min: 0, max: 20 }), (stubborn, arriving) => {
    const refused = new Map<string, string>();
    let entries = stubborn.map((_, index) => entryOf(1_000_000 - index));
    const first = entries.map(({ name }) => name);
    const isStubborn = new Set(first.filter((_, index) => stubborn[index]));
    const chosenOnce = new Set<string>();
    for (let run = 0; run < 4; run += 1) {
      const { chosen } = choose(entries.map((entry) => ({ ...entry, refusedAt: refused.get(entry.name) })));
      for (const { directory } of chosen) {
        chosenOnce.add(directory);
        refused.set(directory, new Date(NOW + run * 1000).toISOString());
      }
      const left = entries.filter(({ name }) => isStubborn.has(name) || !chosen.some(({ directory }) => directory === name));
      entries = [...left, ...many(arriving, 1_000 + run * 100)];
    }
    expect(first.filter((name) => !chosenOnce.has(name))).toEqual([]);
  }), { numRuns: 50 });
});

test('those that were refused come last, the one longest ago first; a time that cannot be read last of all', () => {
  const at = (hour: number) => new Date(NOW - hour * 3600_000).toISOString();
  const entries = [entryOf(500, { refusedAt: at(1) }), entryOf(400, { refusedAt: 'soon' }), entryOf(300, { refusedAt: at(2) }), entryOf(200), entryOf(100)];
  expect(choose(entries).chosen.map(({ directory }) => directory)).toEqual([3, 4, 2, 0, 1].map((index) => entries[index].name));
});

test('what is not root\'s is reported, unless a workflow has it on record', () => {
  const [theirs, recorded, unknown] = [entryOf(300, { uid: 1000 }), entryOf(200, { uid: 1000, onRecord: true }), entryOf(100, { uid: undefined })];
  const { chosen, directories, totals } = choose([theirs, recorded, unknown]);
  expect(chosen.map(({ directory }) => directory)).toEqual([recorded.name, unknown.name]);
  expect(directories[0]).toMatchObject({ name: theirs.name, kept: KeepReason.FOREIGN });
  expect(totals).toMatchObject({ directories: 3, due: 2 });
});

test('neither what others made nor a name from the future takes the place of the latest', () => {
  const [own, theirs, future] = [entryOf(300), entryOf(200, { uid: 1000 }), entryOf(-3600)];
  const { directories, chosen } = choose([own, theirs, future], { keepLatest: 1 });
  expect(directories.map(({ kept }) => kept)).toEqual([KeepReason.LATEST, KeepReason.FOREIGN, KeepReason.YOUNG]);
  expect(chosen).toEqual([]);
});

test('what a run deals with is in its report, however many older ones are kept', () => {
  const { directories, chosen } = choose([...many(200, 100_000, { uid: 1000 }), ...many(20, 5_000)]);
  expect(directories).toHaveLength(150);
  expect(directories.filter(({ kept }) => kept === undefined).map(({ name }) => name)).toEqual(chosen.map(({ directory }) => directory));
  expect(directories.map(({ ageSeconds }) => ageSeconds)).toEqual(directories.map(({ ageSeconds }) => ageSeconds).sort((a, b) => b - a));
});
