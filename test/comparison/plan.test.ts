/**
 * Defects of the L2 constructs of aws-cdk-lib, as templates show them, beside ours. Each test holds on to both: if the L2 is mended, it
 * turns red and our words about it are to be changed.
 */
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as backup from 'aws-cdk-lib/aws-backup';
import * as efs from 'aws-cdk-lib/aws-efs';
import { App, Duration, Stack, Validations } from 'aws-cdk-lib/core';
import { EfsBackupPlan, EfsBackupRule, EfsTagCondition, FileSystemSelector } from '../../src/plan';
import { findings } from '../private/nag';

const PLAN = 'AWS::Backup::BackupPlan';
const SELECTION = 'AWS::Backup::BackupSelection';
const planName = (stack: Stack) => Object.values(Template.fromStack(stack).findResources(PLAN))[0].Properties.BackupPlan.BackupPlanName;
const rule = (stack: Stack) => Object.values(Template.fromStack(stack).findResources(PLAN))[0].Properties.BackupPlan.BackupPlanRule[0];
const selection = (stack: Stack, name: RegExp) => Object.values(Template.fromStack(stack).findResources(SELECTION))
  .map(({ Properties }) => Properties.BackupSelection).find(({ SelectionName }) => name.test(SelectionName));
const stacks = () => ['One', 'Two'].map((id) => new Stack(new App(), id));

test('names of plans: the L2 gives two stacks the same one, which AWS Backup refuses; ours differ, in one stack too', () => {
  expect(stacks().map((stack) => {
    backup.BackupPlan.daily35DayRetention(stack, 'Plan');
    return planName(stack);
  })).toEqual(['Plan', 'Plan']);

  expect(new Set(stacks().map((stack) => {
    new EfsBackupPlan(stack, 'Plan');
    return planName(stack);
  })).size).toBe(2);
  const one = new Stack(new App(), 'One');
  EfsBackupPlan.grandfatherFatherSon(one, 'Plan');
  EfsBackupPlan.grandfatherFatherSon(one, 'Other');
  const plans = Object.values(Template.fromStack(one).findResources(PLAN)).map(({ Properties }) => Properties.BackupPlan);
  expect(new Set(plans.map(({ BackupPlanName }) => BackupPlanName)).size).toBe(2);
  plans.forEach(({ BackupPlanRule: rules }) => expect(new Set(rules.map(({ RuleName }: any) => RuleName)).size).toBe(4));
});

test('cold storage: the L2 writes ten days of it into the template, which AWS Backup refuses at deploy; ours fails at synth', () => {
  const tooShort = { moveToColdStorageAfter: Duration.days(30), deleteAfter: Duration.days(40) };
  const [theirs, ours] = stacks();
  new backup.BackupPlan(theirs, 'Plan', { backupPlanRules: [new backup.BackupPlanRule(tooShort)] });
  expect(rule(theirs).Lifecycle).toEqual({ DeleteAfterDays: 40, MoveToColdStorageAfterDays: 30 });

  expect(() => new EfsBackupPlan(ours, 'Plan', { backupPlanRules: [new EfsBackupRule(tooShort)] }))
    .toThrow(/deleteAfter' must be at least 90 days after 'moveToColdStorageAfter' \(30 days\), got "40 days"; use 120 days or more/);
  new EfsBackupPlan(ours, 'Good', { backupPlanRules: [new EfsBackupRule({ ...tooShort, deleteAfter: Duration.days(120) })] });
  expect(rule(ours).Lifecycle).toEqual({ DeleteAfterDays: 120, MoveToColdStorageAfterDays: 30 });
});

test('windows: the L2 writes ten minutes to start and five to complete, ours fails at synth with both', () => {
  const tooShort = { startWindow: Duration.minutes(10), completionWindow: Duration.minutes(5) };
  const [theirs, ours] = stacks();
  new backup.BackupPlan(theirs, 'Plan', { backupPlanRules: [new backup.BackupPlanRule(tooShort)] });
  expect(rule(theirs)).toMatchObject({ StartWindowMinutes: 10, CompletionWindowMinutes: 5 });

  expect(() => new EfsBackupPlan(ours, 'Plan', { backupPlanRules: [new EfsBackupRule(tooShort)] }))
    .toThrow(/2 problems:\n1. 'backupPlanRules\[0\].startWindow' .*got "10 minutes".*\n2. 'backupPlanRules\[0\].completionWindow' .*got "5 minutes"/);
  new EfsBackupPlan(ours, 'Good', { backupPlanRules: [new EfsBackupRule({ startWindow: Duration.hours(1), completionWindow: Duration.hours(2) })] });
  expect(rule(ours)).toMatchObject({ StartWindowMinutes: 60, CompletionWindowMinutes: 120 });
});

test('tags: two of the L2 are alternatives, of any resource type, and a tag beside an ARN is a union; ours must all hold, for Amazon EFS only', () => {
  const [theirs, ours] = stacks();
  const data = (stack: Stack) => new efs.CfnFileSystem(stack, 'Data', { encrypted: true });
  backup.BackupPlan.daily35DayRetention(theirs, 'Plan').addSelection('Selection', {
    resources: [backup.BackupResource.fromTag('backup', 'daily'), backup.BackupResource.fromTag('stage', 'prod'), backup.BackupResource.fromArn(data(theirs).attrArn)],
  });
  expect(selection(theirs, /Selection/)).toMatchObject({
    ListOfTags: [{ ConditionKey: 'backup', ConditionType: 'STRINGEQUALS', ConditionValue: 'daily' }, { ConditionKey: 'stage', ConditionType: 'STRINGEQUALS', ConditionValue: 'prod' }],
    Resources: [{ 'Fn::GetAtt': ['Data', 'Arn'] }],
  });
  expect(selection(theirs, /Selection/)).not.toHaveProperty('Conditions');
  expect(Object.keys(backup.TagOperation)).toEqual(['STRING_EQUALS', 'DUMMY']);

  const plan = new EfsBackupPlan(ours, 'Plan');
  plan.addSelection('Tags', {
    fileSystems: FileSystemSelector.taggedWith({ key: 'backup', value: 'daily' }, { key: 'stage', value: 'prod' }).where(EfsTagCondition.stringNotLike('name', 'tmp*')),
  });
  plan.addSelection('Except', { fileSystems: FileSystemSelector.every().except(data(ours)) });
  const every = [{ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':elasticfilesystem:*:*:file-system/*']] }];
  const condition = (key: string, value: string) => ({ ConditionKey: `aws:ResourceTag/${key}`, ConditionValue: value });
  expect(selection(ours, /-Tags-/)).toMatchObject({
    Resources: every,
    Conditions: { StringEquals: [condition('backup', 'daily'), condition('stage', 'prod')], StringNotLike: [condition('name', 'tmp*')] },
  });
  expect(selection(ours, /-Tags-/)).not.toHaveProperty('ListOfTags');
  expect(selection(ours, /-Except-/)).toMatchObject({ Resources: every, NotResources: [{ 'Fn::GetAtt': ['Data', 'Arn'] }] });
});

test('the role: the L2 takes the policies of AWS for all resource types, ours has what backups of Amazon EFS need, and stays with the recovery points', () => {
  const [theirs, ours] = stacks();
  const data = (stack: Stack) => new efs.CfnFileSystem(stack, 'Data', { encrypted: true });
  backup.BackupPlan.daily35DayRetention(theirs, 'Plan').addSelection('Selection', { resources: [backup.BackupResource.fromArn(data(theirs).attrArn)] });
  new EfsBackupPlan(ours, 'Plan').addSelection('Selection', { fileSystems: FileSystemSelector.fileSystems(data(ours)) });
  const roles = [theirs, ours].map((stack) => Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role'))[0]);
  expect(JSON.stringify(roles[0].Properties.ManagedPolicyArns)).toContain('service-role/AWSBackupServiceRolePolicyForBackup');
  expect(JSON.stringify(roles[1].Properties.ManagedPolicyArns)).not.toContain('service-role');
  expect(roles.map(({ DeletionPolicy }) => DeletionPolicy)).toEqual([undefined, 'Retain']);
});

test('compliance: cdk-nag knows selections by reference in one stack only, so ours pass by reference, and by tag with an acknowledgement', () => {
  const inPlan = (app: App) => findings(app).filter((finding) => finding.includes('EFSInBackupPlan'));
  const apps = [new App(), new App(), new App()];
  const [tagOfL2, ours, tagOfOurs] = apps.map((app) => new Stack(app, 'Stack'));
  const data = apps.map((_, index) => new efs.CfnFileSystem([tagOfL2, ours, tagOfOurs][index], 'Data', { encrypted: true }));
  backup.BackupPlan.daily35DayRetention(tagOfL2, 'Plan').addSelection('Selection', { resources: [backup.BackupResource.fromTag('backup', 'daily')] });
  expect(inPlan(apps[0])).toHaveLength(3);

  new EfsBackupPlan(ours, 'Plan').addSelection('Selection', { fileSystems: FileSystemSelector.fileSystems(data[1]) });
  expect(inPlan(apps[1])).toEqual([]);
  const plan = new EfsBackupPlan(tagOfOurs, 'Plan');
  data[2].tags.setTag(plan.backupTag.key, plan.backupTag.value);
  expect(inPlan(apps[2])).toHaveLength(3);
  expect(plan._selects(data[2])).toBe(true); // what the rule does not see, the plan knows
  ['HIPAA.Security', 'NIST.800.53.R4', 'NIST.800.53.R5'].forEach((pack) => Validations.of(data[2]).acknowledge({ id: `${pack}-EFSInBackupPlan`, reason: 'by its tag' }));
  expect(inPlan(apps[2])).toEqual([]);
});

test('overlaps: the L2 says nothing of two rules that take backups from each other, ours warns', () => {
  const [theirs, ours] = stacks();
  const daily = { ruleName: 'Daily', deleteAfter: Duration.days(35) };
  const hourly = { ...EfsBackupRule.hourly().props, copyActions: undefined };
  new backup.BackupPlan(theirs, 'Plan', { backupPlanRules: [new backup.BackupPlanRule(hourly as backup.BackupPlanRuleProps), new backup.BackupPlanRule(daily)] });
  new EfsBackupPlan(ours, 'Plan', { backupPlanRules: [new EfsBackupRule(hourly), new EfsBackupRule(daily)] });
  expect([theirs, ours].map((stack) => Annotations.fromStack(stack).findWarning('*', Match.anyValue()).length)).toEqual([0, 1]);
});
