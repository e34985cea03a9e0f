import { checkFileSystemSettings } from '../../src/core/file-system-settings';
import type { FileSystemSettings } from '../../src/core/file-system-settings';
import { describeProblem } from '../../src/core/problem';

const PLAIN: FileSystemSettings = { provisionsThroughput: false, oneZone: false, replicates: false };
const problems = (settings: Partial<FileSystemSettings>) => checkFileSystemSettings({ ...PLAIN, ...settings }).map(describeProblem);

test.each<[string, Partial<FileSystemSettings>]>([
  ['nothing said', {}],
  ['max I/O with bursting throughput', { performanceMode: 'maxIO', throughputMode: 'bursting' }],
  ['provisioned throughput', { throughputMode: 'provisioned', provisionsThroughput: true, provisionedMebibytesPerSecond: 1 }],
  ['provisioned throughput that is unknown', { throughputMode: 'provisioned', provisionsThroughput: true }],
  ['Archive a day after Infrequent Access', { throughputMode: 'elastic', transitionToIa: 'AFTER_1_DAY', transitionToArchive: 'AFTER_7_DAYS' }],
  ['One Zone, elastic', { oneZone: true, throughputMode: 'elastic', performanceMode: 'generalPurpose' }],
  ['a replication with the protection that is the default', { replicates: true, replicationOverwriteProtection: 'ENABLED' }],
  ['a destination', { replicationOverwriteProtection: 'DISABLED' }],
])('takes %s', (_what, settings) => {
  expect(problems(settings)).toEqual([]);
});

test.each<[string, Partial<FileSystemSettings>, RegExp]>([
  ['Archive without elastic throughput', { transitionToIa: 'AFTER_7_DAYS', transitionToArchive: 'AFTER_90_DAYS' }, /'transitionToArchivePolicy' must not be set without 'throughputMode' ELASTIC/],
  ['Archive without Infrequent Access', { throughputMode: 'elastic', transitionToArchive: 'AFTER_90_DAYS' }, /'transitionToArchivePolicy' must not be set without 'lifecyclePolicy'/],
  ['Archive on the day of Infrequent Access', { throughputMode: 'elastic', transitionToIa: 'AFTER_90_DAYS', transitionToArchive: 'AFTER_90_DAYS' },
    /'transitionToArchivePolicy' must be later than 'lifecyclePolicy' \(AFTER_90_DAYS\), got "AFTER_90_DAYS"/],
  ['Archive before Infrequent Access', { throughputMode: 'elastic', transitionToIa: 'AFTER_14_DAYS', transitionToArchive: 'AFTER_7_DAYS' }, /must be later than/],
  ['less throughput than the least', { throughputMode: 'provisioned', provisionsThroughput: true, provisionedMebibytesPerSecond: 0.5 }, /must be at least 1 MiB/],
])('refuses %s', (_what, settings, message) => {
  expect(problems(settings)).toEqual([expect.stringMatching(message)]);
});

test('tells everything that max I/O does not go with', () => {
  const found = problems({ performanceMode: 'maxIO', throughputMode: 'elastic', oneZone: true, transitionToIa: 'AFTER_1_DAY', transitionToArchive: 'AFTER_7_DAYS' });
  expect(found.map((problem) => /must be generalPurpose (.+), got "maxIO"/.exec(problem)?.[1])).toEqual([
    'with elastic throughput', 'for a One Zone file system', "with 'transitionToArchivePolicy'",
  ]);
});
