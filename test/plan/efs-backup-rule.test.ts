import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as backup from 'aws-cdk-lib/aws-backup';
import * as events from 'aws-cdk-lib/aws-events';
import { App, Duration, Size, Stack, TimeZone, Validations } from 'aws-cdk-lib/core';
import { CopyDestination, EfsBackupEstimate, EfsBackupPlan, EfsBackupRule } from '../../src/plan';
import type { EfsBackupRuleProps } from '../../src/plan';
import { EfsBackupVault } from '../../src/vault';

const PLAN = 'AWS::Backup::BackupPlan';
const cron = (expression: string) => events.Schedule.expression(`cron(${expression})`);
const rules = (stack: Stack) => Object.values(Template.fromStack(stack).findResources(PLAN))[0].Properties.BackupPlan.BackupPlanRule;
const warnings = (stack: Stack, id: string) => Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp(`cdk-efs-backup:${id}\\]`)).map(({ id: path, entry }) => `${path} ${entry.data}`);

function plan(props: EfsBackupRuleProps, more: EfsBackupRuleProps[] = []): Stack {
  const stack = new Stack(new App(), 'Stack');
  new EfsBackupPlan(stack, 'Plan', { backupPlanRules: [props, ...more].map((each) => new EfsBackupRule(each)) });
  return stack;
}

test('says everything that CloudFormation takes of a rule', () => {
  const stack = new Stack(new App(), 'Stack');
  const airGapped = new backup.CfnLogicallyAirGappedBackupVault(stack, 'AirGapped', { backupVaultName: 'air-gapped', minRetentionDays: 7, maxRetentionDays: 3650 });
  const vault = new EfsBackupVault(stack, 'Vault');
  new EfsBackupPlan(stack, 'Plan', {
    backupPlanRules: [new EfsBackupRule({
      ruleName: 'Everything',
      scheduleExpression: cron('0 3 ? * MON-FRI *'),
      scheduleExpressionTimezone: TimeZone.EUROPE_BERLIN,
      startWindow: Duration.hours(2),
      completionWindow: Duration.days(2),
      deleteAfter: Duration.days(400),
      moveToColdStorageAfter: Duration.days(8),
      backupVault: vault,
      logicallyAirGappedBackupVault: airGapped,
      recoveryPointTags: { owner: 'platform' },
      copyActions: [
        { destination: CopyDestination.backupVaultArn('arn:aws:backup:eu-west-1:210987654321:backup-vault:theirs'), deleteAfter: Duration.days(500), moveToColdStorageAfter: Duration.days(10) },
        { destination: CopyDestination.logicallyAirGappedBackupVault(airGapped) },
      ],
    })],
  });
  expect(rules(stack)).toEqual([{
    RuleName: 'Everything',
    TargetBackupVault: stack.resolve(vault.backupVaultName),
    TargetLogicallyAirGappedBackupVaultArn: { 'Fn::GetAtt': ['AirGapped', 'BackupVaultArn'] },
    ScheduleExpression: 'cron(0 3 ? * MON-FRI *)',
    ScheduleExpressionTimezone: 'Europe/Berlin',
    StartWindowMinutes: 120,
    CompletionWindowMinutes: 2880,
    Lifecycle: { DeleteAfterDays: 400, MoveToColdStorageAfterDays: 8 },
    RecoveryPointTags: { owner: 'platform' },
    CopyActions: [
      { DestinationBackupVaultArn: 'arn:aws:backup:eu-west-1:210987654321:backup-vault:theirs', Lifecycle: { DeleteAfterDays: 500, MoveToColdStorageAfterDays: 10 } },
      { DestinationBackupVaultArn: { 'Fn::GetAtt': ['AirGapped', 'BackupVaultArn'] } },
    ],
  }]);
  const allowed = JSON.stringify(Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy'));
  expect(allowed).toContain('["AirGapped","BackupVaultArn"]');
});

test('leaves out what is not said: some partitions know fewer properties', () => {
  const stack = plan({});
  expect(rules(stack)).toEqual([{ RuleName: 'Rule1', TargetBackupVault: expect.anything() }]);
});

test('takes an air-gapped vault that is known by its name only, in the account and Region of its stack', () => {
  const stack = new Stack(new App(), 'Stack', { env: { account: '123456789012', region: 'us-gov-west-1' } });
  const airGapped = backup.CfnLogicallyAirGappedBackupVault.fromBackupVaultName(stack, 'AirGapped', 'air-gapped');
  new EfsBackupPlan(stack, 'Plan', { backupPlanRules: [new EfsBackupRule({ logicallyAirGappedBackupVault: airGapped })] });
  const [{ TargetLogicallyAirGappedBackupVaultArn }] = rules(stack);
  expect(JSON.stringify(TargetLogicallyAirGappedBackupVaultArn)).toContain(':backup:us-gov-west-1:123456789012:backup-vault:air-gapped');
});

test('takes a rule of aws-cdk-lib as it is', () => {
  const stack = new Stack(new App(), 'Stack');
  const vault = new EfsBackupVault(stack, 'Copies');
  const theirs = new backup.BackupPlanRule({
    ruleName: 'Theirs',
    scheduleExpression: events.Schedule.cron({ hour: '1', minute: '0' }),
    scheduleExpressionTimezone: TimeZone.ASIA_TOKYO,
    startWindow: Duration.hours(1),
    completionWindow: Duration.hours(3),
    deleteAfter: Duration.days(120),
    moveToColdStorageAfter: Duration.days(30),
    recoveryPointTags: { a: 'b' },
    copyActions: [{ destinationBackupVault: vault, deleteAfter: Duration.days(200) }],
  });
  const backupVault = new backup.BackupVault(stack, 'Target');
  new EfsBackupPlan(stack, 'Plan', { backupVault, backupPlanRules: [EfsBackupRule.fromBackupPlanRule(theirs)] });
  new backup.BackupPlan(stack, 'L2', { backupVault, backupPlanRules: [theirs] });
  const [ours, l2] = Object.values(Template.fromStack(stack).findResources(PLAN)).map(({ Properties }) => Properties.BackupPlan.BackupPlanRule);
  expect(ours).toEqual(l2);
  expect(ours[0]).toMatchObject({ RuleName: 'Theirs', ScheduleExpressionTimezone: 'Asia/Tokyo', CopyActions: [{ Lifecycle: { DeleteAfterDays: 200 } }] });
});

describe('names of rules', () => {
  test('are made by their place, and unique', () => {
    expect(rules(plan({}, [{ ruleName: 'Mine' }, {}])).map(({ RuleName }: any) => RuleName)).toEqual(['Rule1', 'Mine', 'Rule3']);
  });

  test.each([[[{ ruleName: 'Daily' }, { ruleName: 'Daily' }]], [[{ ruleName: 'Rule2' }, {}]]])('fail when two are the same: %j', ([first, second]) => {
    expect(() => plan(first, [second])).toThrow(/'backupPlanRules\[1\].ruleName' must differ from the names of the other rules of the plan, got/);
  });
});

describe('schedules', () => {
  test.each<[string, EfsBackupRuleProps, RegExp]>([
    ['no cron', { scheduleExpression: events.Schedule.rate(Duration.hours(12)) }, /rate\(\), got "rate\(12 hours\)"; write cron\(0 0\/12 \* \* \? \*\)/],
    ['both days', { scheduleExpression: cron('0 5 1 * MON *') }, /'\?' as exactly one of day of month and day of week/],
    ['no IANA zone', { scheduleExpressionTimezone: TimeZone.of('Europe/Atlantis') }, /scheduleExpressionTimezone' must be a time zone of the IANA database/],
  ])('fail with %s', (_name, props, message) => {
    expect(() => plan(props)).toThrow(message);
  });

  test('that the clocks skip or double are warned of, by an id that can be acknowledged', () => {
    const night = { ruleName: 'Night', scheduleExpression: cron('30 2 * * ? *'), scheduleExpressionTimezone: TimeZone.EUROPE_BERLIN };
    expect(warnings(plan(night), 'schedule')).toEqual([
      expect.stringContaining("/Stack/Plan rule 'Night': the clocks of Europe/Berlin skip 2027-03-28 02:30, so that run may be left out"),
      expect.stringContaining('show 2027-10-31 02:30 twice'),
    ]);
    const acknowledged = plan(night);
    Validations.of(acknowledged).acknowledge({ id: 'cdk-efs-backup:schedule', reason: 'a night without a backup does no harm' });
    expect(warnings(acknowledged, 'schedule')).toEqual([]);
  });

  test('that only look like every 12 hours are warned of', () => {
    expect(warnings(plan({ scheduleExpression: cron('0 13/12 * * ? *'), startWindow: Duration.hours(1) }), 'schedule')).toEqual([expect.stringContaining("'13/12' are not every 12 hours")]);
  });

  test('tell the next runs of all rules, in order', () => {
    const stack = new Stack(new App(), 'Stack');
    const both = EfsBackupPlan.grandfatherFatherSon(stack, 'Plan', { scheduleExpressionTimezone: TimeZone.EUROPE_BERLIN });
    expect(both.nextRuns(new Date('2027-07-31T12:00:00Z'), 4)).toEqual([
      { ruleName: 'Daily', time: new Date('2027-08-01T03:00:00Z') },
      { ruleName: 'Weekly', time: new Date('2027-08-01T03:00:00Z') },
      { ruleName: 'Monthly', time: new Date('2027-08-01T03:00:00Z') },
      { ruleName: 'Daily', time: new Date('2027-08-02T03:00:00Z') },
    ]);
    const unknown = new EfsBackupPlan(stack, 'Unknown', { backupPlanRules: [new EfsBackupRule({ scheduleExpression: events.Schedule.expression(`cron(0 ${stack.account} * * ? *)`) })] });
    expect(() => unknown.nextRuns(new Date(0), 1)).toThrow(/'Rule1.scheduleExpression' must be known at synth/);
  });
});

describe('cold storage', () => {
  test.each([[7, 1], [8, 0]])('after %i days is warned of %i times, for rules and copies', (cold, count) => {
    const lifecycle = { moveToColdStorageAfter: Duration.days(cold), deleteAfter: Duration.days(200) };
    expect(warnings(plan(lifecycle), 'warmStorage')).toHaveLength(count);
    const copy = { destination: CopyDestination.backupVaultArn('arn:aws-cn:backup:cn-north-1:210987654321:backup-vault:theirs'), ...lifecycle };
    expect(warnings(plan({ deleteAfter: Duration.days(300), copyActions: [copy] }), 'warmStorage')).toHaveLength(count);
  });

  test('needs 90 days, in rules and copies', () => {
    const short = { moveToColdStorageAfter: Duration.days(30), deleteAfter: Duration.days(119) };
    expect(() => plan(short)).toThrow(/'backupPlanRules\[0\].deleteAfter' must be at least 90 days after 'moveToColdStorageAfter' \(30 days\)/);
    const copy = { destination: CopyDestination.backupVaultArn('arn:aws:backup:eu-west-1:210987654321:backup-vault:theirs'), ...short };
    expect(() => plan({ copyActions: [copy] })).toThrow(/'backupPlanRules\[0\].copyActions\[0\].deleteAfter' must be at least 90 days/);
  });
});

describe('the estimate', () => {
  const sized = (size: Size, files: number, completionWindow?: Duration) => {
    const stack = new Stack(new App(), 'Stack');
    return { stack, plan: new EfsBackupPlan(stack, 'Plan', { expectedData: { size, files }, backupPlanRules: [EfsBackupRule.daily({ startWindow: Duration.hours(1), completionWindow })] }) };
  };

  test('says how long a backup and a restore take, and why', () => {
    const { estimate } = sized(Size.gibibytes(1000), 100_000_000).plan;
    expect(estimate!.fullBackup.toHours({ integral: false })).toBeCloseTo(13.9, 1);
    expect(estimate!.fullRestore.toHours({ integral: false })).toBeCloseTo(18.5, 1);
    expect(estimate!.summary).toBe('a full backup takes about 13 hours 53 minutes (by the number of files), a full restore about 18 hours 31 minutes (by the number of files)');
    expect(EfsBackupEstimate.forData({ size: Size.tebibytes(4), files: 1 }).summary).toContain('about 3 hours 3 minutes (by the size)');
  });

  test('warns if the completion window is shorter, the default one of 7 days included', () => {
    expect(warnings(sized(Size.gibibytes(1), 100_000_000, Duration.hours(13)).stack, 'completionWindow')).toEqual([expect.stringContaining('completion window of 780 minutes')]);
    expect(warnings(sized(Size.gibibytes(1), 100_000_000, Duration.hours(14)).stack, 'completionWindow')).toEqual([]);
    expect(warnings(sized(Size.tebibytes(230), 1).stack, 'completionWindow')).toEqual([expect.stringContaining('completion window of 10080 minutes')]);
  });

  test('warns of backups that come near to the longest one, with what AWS advises for them', () => {
    const { stack } = sized(Size.tebibytes(700), 1, Duration.days(3));
    expect(warnings(stack, 'longBackup')).toEqual([expect.stringContaining('a job ends after 30 days at the latest, and AWS advises a completion window of 3 days')]);
    expect(warnings(stack, 'completionWindow')).toEqual([]);
    expect(warnings(sized(Size.tebibytes(600), 1).stack, 'longBackup')).toEqual([]);
  });

  test('is left out without data, and fails for data that makes no sense', () => {
    const stack = new Stack();
    expect(new EfsBackupPlan(stack, 'Plan').estimate).toBeUndefined();
    expect(() => new EfsBackupPlan(stack, 'Bad', { expectedData: { size: Size.gibibytes(1), files: -1 } })).toThrow(/'expectedData' must be a size and a number of files/);
  });
});
