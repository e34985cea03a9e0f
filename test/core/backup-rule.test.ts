import { checkBackupRule, checkLifecycle } from '../../src/core/backup-rule';
import type { BackupRule } from '../../src/core/backup-rule';
import { describeProblems } from '../../src/core/problem';

const words = (rule: BackupRule) => describeProblems(checkBackupRule('rule', rule));

test('accepts a rule of which nothing is known', () => {
  expect(checkBackupRule('rule', {})).toEqual([]);
});

test.each<[string, BackupRule]>([
  ['daily, 35 days', { scheduleExpression: 'cron(0 5 * * ? *)', deleteAfterDays: 35 }],
  ['hourly', { scheduleExpression: 'cron(0 * ? * * *)' }],
  ['the last minute of an hour', { scheduleExpression: 'cron(59 5/1 ? * * *)' }],
  ['90 days of cold storage', { moveToColdStorageAfterDays: 30, deleteAfterDays: 120 }],
  ['cold storage for ever', { moveToColdStorageAfterDays: 30 }],
  ['the longest retention', { deleteAfterDays: 36_500 }],
  ['the shortest windows', { startWindowMinutes: 60, completionWindowMinutes: 120 }],
  ['the longest start window', { startWindowMinutes: 52_560_000 }],
  ['the shortest completion window with the default start window', { completionWindowMinutes: 540 }],
  ['no continuous backup', { enableContinuousBackup: false, indexActions: 0 }],
  ['the longest name', { ruleName: 'Daily-1_a.'.repeat(5) }],
  ['as many copies and tags as may be', { copyActions: [{}, {}, {}, {}, {}], recoveryPointTags: 10 }],
])('accepts %s', (_name, rule) => {
  expect(checkBackupRule('rule', rule)).toEqual([]);
});

test.each<[string, BackupRule, string]>([
  ['89 days of cold storage', { moveToColdStorageAfterDays: 30, deleteAfterDays: 119 },
    "'rule.deleteAfter' must be at least 90 days after 'moveToColdStorageAfter' (30 days), got \"119 days\"; use 120 days or more, or drop 'moveToColdStorageAfter'"],
  ['no retention at all', { deleteAfterDays: 0 }, "'rule.deleteAfter' must be a whole number of days from 1 to 36500, got \"0 days\""],
  ['part of a day', { deleteAfterDays: 1.5 }, 'got "1.5 days"'],
  ['more than 100 years', { deleteAfterDays: 36_501 }, "'rule.deleteAfter' must be a whole number of days"],
  ['cold storage at once', { moveToColdStorageAfterDays: 0 }, "'rule.moveToColdStorageAfter' must be a whole number of days"],
  ['a start window below one hour', { startWindowMinutes: 59 }, "'rule.startWindow' must be a whole number of minutes from 60 to 52560000, got \"59 minutes\""],
  ['a start window beyond 100 years', { startWindowMinutes: 52_560_001 }, "'rule.startWindow'"],
  ['part of a minute', { startWindowMinutes: 60.5 }, "'rule.startWindow'"],
  ['a completion window too close to the start window', { startWindowMinutes: 60, completionWindowMinutes: 119 },
    "'rule.completionWindow' must be a whole number of minutes, at least 60 more than 'startWindow' of 60 minutes, got \"119 minutes\"; use 120 minutes or more"],
  ['a completion window too close to the default start window', { completionWindowMinutes: 539 }, 'the default start window of 480 minutes'],
  ['every minute', { scheduleExpression: 'cron(* 5 * * ? *)' }, "'rule.scheduleExpression' must be a cron expression that runs hourly at most, so with one number as its minute"],
  ['twice an hour', { scheduleExpression: 'cron(0,30 * * * ? *)' }, 'hourly at most'],
  ['steps of minutes', { scheduleExpression: 'cron(0/15 * * * ? *)' }, 'hourly at most'],
  ['five fields', { scheduleExpression: 'cron(0 5 * * *)' }, 'six fields'],
  ['rate()', { scheduleExpression: 'rate(1 day)' }, 'cron expression'],
  ['continuous backup', { enableContinuousBackup: true }, 'Amazon EFS has no continuous backups and no point-in-time restore'],
  ['index actions', { indexActions: 1 }, 'AWS Backup indexes backups of Amazon EBS and Amazon S3 only'],
  ['malware scans', { scanActions: 1 }, "'rule.scanActions' must be empty: AWS Backup scans backups of Amazon EBS, EC2 and S3 for malware"],
  ['the archive tier of Amazon EBS', { archiveOptIn: true }, "'rule.optInToArchiveForSupportedResources' must not be set: it is about Amazon EBS snapshots"],
  ['a time zone that nobody knows', { scheduleExpressionTimezone: 'Europe/Atlantis' }, "'rule.scheduleExpressionTimezone' must be a time zone of the IANA database, got"],
  ['a name with a space', { ruleName: 'every day' }, "'rule.ruleName' must be 1 to 50 letters"],
  ['a name too long', { ruleName: 'x'.repeat(51) }, "'rule.ruleName'"],
  ['an empty name', { ruleName: '' }, "'rule.ruleName'"],
  ['six copies', { copyActions: [{}, {}, {}, {}, {}, {}] }, "'rule.copyActions' must hold at most 5 copy actions, got 6"],
  ['a copy with 89 days of cold storage', { copyActions: [{}, { moveToColdStorageAfterDays: 1, deleteAfterDays: 90 }] }, "'rule.copyActions[1].deleteAfter'"],
  ['eleven tags', { recoveryPointTags: 11 }, "'rule.recoveryPointTags' must hold at most 10 tags, got 11"],
])('refuses %s', (_name, rule, message) => {
  expect(checkBackupRule('rule', rule)).toHaveLength(1);
  expect(words(rule)).toContain(message);
});

test('reports everything at once', () => {
  const problems = checkBackupRule('rule', { startWindowMinutes: 1, enableContinuousBackup: true, indexActions: 1, deleteAfterDays: 0 });
  expect(problems.map((problem) => problem.subject)).toEqual(['rule.startWindow', 'rule.deleteAfter', 'rule.enableContinuousBackup', 'rule.indexActions']);
});

test('does not compare numbers that are wrong by themselves', () => {
  expect(checkLifecycle('rule', { deleteAfterDays: 0, moveToColdStorageAfterDays: 30 })).toHaveLength(1);
});
