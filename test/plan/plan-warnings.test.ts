import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as events from 'aws-cdk-lib/aws-events';
import { App, Duration, Stack, Tags, Validations } from 'aws-cdk-lib/core';
import { CopyDestination, EfsBackupPlan, EfsBackupRule, FileSystemSelector } from '../../src/plan';
import type { EfsBackupPlanProps } from '../../src/plan';

const warnings = (stack: Stack, id = '') => Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp(`cdk-efs-backup:${id}`)).map(({ id: path, entry }) => `${path} ${entry.data}`);
const at = (hour: string) => events.Schedule.cron({ hour, minute: '0' });
let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'Stack');
});
const far = { destination: CopyDestination.backupVaultArn('arn:aws:backup:eu-central-1:210987654321:backup-vault:theirs') };

describe('rules of one plan', () => {
  test.each<[string, (scope: Stack) => EfsBackupPlan]>([
    ['daily for 35 days', (scope) => EfsBackupPlan.daily35Days(scope, 'Plan')],
    ['grandfather, father, son', (scope) => EfsBackupPlan.grandfatherFatherSon(scope, 'Plan')],
    ['grandfather, father, son, with copies', (scope) => EfsBackupPlan.grandfatherFatherSon(scope, 'Plan', { copyActions: [far] })],
    ['compliance years', (scope) => EfsBackupPlan.complianceYears(scope, 'Plan', 10)],
    ['hourly', (scope) => new EfsBackupPlan(scope, 'Plan', { backupPlanRules: [EfsBackupRule.hourly()] })],
    ['hourly beside daily with an hour to start', (scope) => new EfsBackupPlan(scope, 'Plan', { backupPlanRules: [EfsBackupRule.hourly(), EfsBackupRule.daily({ startWindow: Duration.hours(1) })] })],
    ['no rule that is known', (scope) => new EfsBackupPlan(scope, 'Plan', { backupPlanRules: [new EfsBackupRule({ scheduleExpression: at(scope.account) })] })],
  ])('are no reason to warn: %s', (_name, make) => {
    make(stack);
    expect(warnings(stack)).toEqual([]);
  });

  test('warn when they take backups from each other, those that are added later too', () => {
    const plan = new EfsBackupPlan(stack, 'Plan', { backupPlanRules: [EfsBackupRule.daily()] });
    plan.addRule(EfsBackupRule.hourly());
    expect(warnings(stack)).toEqual([expect.stringMatching(/^\/Stack\/Plan rule 'Hourly' is left out for 2555 of its 8761 runs a year/)]);
  });

  test('warn when only the shorter one is copied', () => {
    new EfsBackupPlan(stack, 'Plan', { backupPlanRules: [EfsBackupRule.daily({ copyActions: [far] }), EfsBackupRule.weekly()] });
    expect(warnings(stack, 'overlappingRules')).toEqual([expect.stringContaining("which does not write to all the vaults of 'Daily'")]);
  });

  test('warn when one is in its own way', () => {
    new EfsBackupPlan(stack, 'Plan', { backupPlanRules: [EfsBackupRule.hourly({ startWindow: Duration.hours(8) })] });
    expect(warnings(stack)).toEqual([expect.stringContaining("rule 'Hourly' may run again 60 minutes after a run")]);
  });

  test('are acknowledged by id', () => {
    const plan = new EfsBackupPlan(stack, 'Plan', { backupPlanRules: [EfsBackupRule.hourly({ startWindow: Duration.hours(8) }), EfsBackupRule.daily()] });
    for (const id of ['startWindow', 'overlappingRules']) {
      Validations.of(plan).acknowledge({ id: `cdk-efs-backup:${id}`, reason: 'wanted' });
    }
    expect(warnings(stack)).toEqual([]);
  });
});

describe('two plans that back up one file system', () => {
  const two = (first: EfsBackupPlanProps, second: EfsBackupPlanProps) => [new EfsBackupPlan(stack, 'One', first), new EfsBackupPlan(stack, 'Two', second)] as const;
  const fileSystem = (props: Partial<efs.CfnFileSystemProps> = {}) => new efs.CfnFileSystem(stack, 'Data', { encrypted: true, ...props });
  const overlapping = "/Stack/Two rule 'Daily' and rule 'Daily' of the plan Stack/One may back up Stack/Data at the same time";

  test('warn if they may run at the same time, whichever way they select it', () => {
    const [one, two_] = two({}, { backupTag: { key: 'backup', value: 'daily' } });
    const data = fileSystem();
    Tags.of(data).add('backup', 'daily');
    one.addSelection('ByReference', { fileSystems: FileSystemSelector.fileSystems(data) });
    expect(warnings(stack)).toEqual([expect.stringContaining(overlapping)]);
    expect(two_._selects(data)).toBe(true);
  });

  test('do not warn if they run apart', () => {
    const [one, other] = two({}, { backupPlanRules: [EfsBackupRule.daily({ scheduleExpression: at('13') })] });
    const fileSystems = FileSystemSelector.fileSystems(fileSystem());
    one.addSelection('ByReference', { fileSystems });
    other.addSelection('ByReference', { fileSystems });
    expect(warnings(stack)).toEqual([]);
  });

  test('do not warn if they have no file system in common', () => {
    const [one] = two({}, {});
    one.addSelection('ByReference', { fileSystems: FileSystemSelector.fileSystems(fileSystem()) });
    expect(warnings(stack)).toEqual([]);
  });

  test('warn once, however many file systems they share', () => {
    const [one, other] = two({}, {});
    const all = ['A', 'B', 'C'].map((id) => new efs.CfnFileSystem(stack, id, { encrypted: true }));
    [one, other].forEach((plan) => plan.addSelection('All', { fileSystems: FileSystemSelector.fileSystems(...all) }));
    expect(warnings(stack)).toHaveLength(1);
  });

  test('are seen across stacks', () => {
    const other = new Stack(stack.node.root as App, 'Other');
    const data = new efs.CfnFileSystem(other, 'Data', { encrypted: true });
    Tags.of(data).add('backup', 'daily');
    const backupTag = { key: 'backup', value: 'daily' };
    new EfsBackupPlan(stack, 'Plan', { backupTag });
    new EfsBackupPlan(other, 'Plan', { backupTag });
    expect([...warnings(stack), ...warnings(other)]).toEqual([expect.stringContaining("/Other/Plan rule 'Daily' and rule 'Daily' of the plan Stack/Plan may back up Other/Data")]);
  });

  test.each<[string, Partial<efs.CfnFileSystemProps>, string, number]>([
    ['on', { backupPolicy: { status: 'ENABLED' } }, '5', 1],
    ['on, while the rule starts as the window closes', { backupPolicy: { status: 'ENABLED' } }, '13', 0],
    ['off', { backupPolicy: { status: 'DISABLED' } }, '5', 0],
    ['left to the default of a regional file system', {}, '5', 0],
    ['left to the default of One Zone', { availabilityZoneName: 'eu-west-1a' }, '5', 1],
  ])('may be one and the automatic backups: %s', (_name, props, hour, count) => {
    const plan = new EfsBackupPlan(stack, 'Plan', { backupPlanRules: [EfsBackupRule.daily({ scheduleExpression: at(hour) })] });
    plan.addSelection('ByReference', { fileSystems: FileSystemSelector.fileSystems(fileSystem(props)) });
    expect(warnings(stack, 'overlappingAutomaticBackups')).toHaveLength(count);
    expect(warnings(stack)).toHaveLength(count);
  });
});
