import { Match, Template } from 'aws-cdk-lib/assertions';
import * as backup from 'aws-cdk-lib/aws-backup';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { App, CfnParameter, Duration, Lazy, RemovalPolicy, Stack, TimeZone, Token } from 'aws-cdk-lib/core';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import { EfsBackupPlan, EfsBackupRule, FileSystemSelector } from '../../src/plan';
import { EfsBackupVault, VaultEncryption } from '../../src/vault';
import { findings } from '../private/nag';

const PLAN = 'AWS::Backup::BackupPlan';
const SELECTION = 'AWS::Backup::BackupSelection';
const POLICY = 'AWS::IAM::ManagedPolicy';

const rule = (props: backup.BackupPlanRuleProps) => EfsBackupRule.fromBackupPlanRule(new backup.BackupPlanRule(props));
const nightly = events.Schedule.cron({ hour: '5', minute: '0' });
const ref = (name: string) => ({ Ref: `AWS::${name}` });

function allowed(stack: Stack): { Action: string[]; Resource: unknown; Condition?: unknown }[] {
  const [policy] = Object.values(Template.fromStack(stack).findResources(POLICY));
  return policy.Properties.PolicyDocument.Statement.map(({ Action, ...rest }: any) => ({ Action: [Action].flat().sort(), ...rest }));
}

function statement(stack: Stack, action: string) {
  return allowed(stack).filter(({ Action }) => Action.includes(action));
}

describe.each([['recommended feature flags', flags], ['no feature flags', {}]])('with %s', (_name, context) => {
  let app: App;
  let stack: Stack;
  beforeEach(() => {
    app = new App({ context: { ...context } });
    stack = new Stack(app, 'Stack');
  });

  test('backs up daily for 35 days into a vault of its own', () => {
    const plan = new EfsBackupPlan(stack, 'Plan');
    Template.fromStack(stack).hasResourceProperties(PLAN, {
      BackupPlan: {
        BackupPlanName: Match.stringLikeRegexp('^Stack-Plan-[A-Z0-9]{8}$'),
        BackupPlanRule: [{
          RuleName: 'Daily',
          ScheduleExpression: 'cron(0 5 * * ? *)',
          Lifecycle: { DeleteAfterDays: 35 },
          TargetBackupVault: stack.resolve(plan.backupVault.backupVaultRef.backupVaultName),
        }],
      },
    });
    expect(plan.backupVault).toBeInstanceOf(EfsBackupVault);
  });

  test('selects by its tag, which no other plan has, with its own role', () => {
    const plan = new EfsBackupPlan(stack, 'Plan');
    const other = new EfsBackupPlan(stack, 'Other');
    const template = Template.fromStack(stack);
    template.hasResourceProperties(SELECTION, {
      BackupPlanId: stack.resolve(plan.backupPlanId),
      BackupSelection: {
        IamRoleArn: stack.resolve(plan.role.roleArn),
        SelectionName: Match.stringLikeRegexp('^Stack-Plan-ByTag-[A-Z0-9]{8}$'),
        Resources: [{ 'Fn::Join': ['', ['arn:', ref('Partition'), ':elasticfilesystem:*:*:file-system/*']] }],
        Conditions: { StringEquals: [{ ConditionKey: 'aws:ResourceTag/efs-backup-plan', ConditionValue: plan.backupTag.value }] },
        ListOfTags: Match.absent(),
      },
    });
    expect(plan.backupTag.key).toBe(other.backupTag.key);
    expect(plan.backupTag.value).not.toBe(other.backupTag.value);
    expect(plan.role.roleArn).not.toBe(other.role.roleArn);
  });

  test('lets AWS Backup do what a backup of EFS needs, and nothing else', () => {
    const plan = new EfsBackupPlan(stack, 'Plan');
    const here = [':', ref('Region'), ':', ref('AccountId')];
    expect(allowed(stack).map(({ Action, Resource }) => [Action, Resource])).toEqual([
      [['elasticfilesystem:Backup', 'elasticfilesystem:DescribeTags'],
        { 'Fn::Join': ['', ['arn:', ref('Partition'), `:elasticfilesystem${here[0]}`, here[1], ':', here[3], ':file-system/*']] }],
      [['backup:TagResource'], { 'Fn::Join': ['', ['arn:', ref('Partition'), ':backup:*:', ref('AccountId'), ':recovery-point:*']] }],
      [['tag:GetResources'], '*'],
      [['backup:CopyIntoBackupVault', 'backup:DescribeBackupVault'], stack.resolve(plan.backupVault.backupVaultRef.backupVaultArn)],
    ]);
  });

  test('has no finding that is not acknowledged', () => {
    const destination = new EfsBackupVault(stack, 'Destination', { encryption: VaultEncryption.customerManagedKey() });
    new EfsBackupPlan(stack, 'Plan', { backupPlanRules: [rule({ copyActions: [{ destinationBackupVault: destination }] })] });
    expect(findings(app)).toEqual([]);
  });
});

describe('the role', () => {
  test('is assumed by AWS Backup, without policies of AWS', () => {
    const stack = new Stack();
    new EfsBackupPlan(stack, 'Plan');
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: { Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'backup.amazonaws.com' } }] },
      ManagedPolicyArns: [{ Ref: Match.anyValue() }],
    });
  });

  test.each([
    [undefined, 'Retain'],
    [RemovalPolicy.DESTROY, 'Delete'],
  ])('outlives the stack with its vault unless told otherwise (%s)', (removalPolicy, DeletionPolicy) => {
    const stack = new Stack();
    new EfsBackupPlan(stack, 'Plan', { removalPolicy });
    const template = Template.fromStack(stack);
    for (const type of ['AWS::IAM::Role', POLICY, 'AWS::Backup::BackupVault']) {
      template.hasResource(type, { DeletionPolicy });
    }
  });

  test('may use the vaults of the rules, and copy into those of the copy actions', () => {
    const stack = new Stack();
    const vaults = ['Own', 'Named', 'Destination'].map((id) => new EfsBackupVault(stack, id));
    const plan = new EfsBackupPlan(stack, 'Plan', { backupVault: vaults[0] });
    for (const ruleName of ['first', 'again']) {
      plan.addRule(rule({ ruleName, backupVault: vaults[1], copyActions: [{ destinationBackupVault: vaults[2] }] }));
    }
    expect(statement(stack, 'backup:CopyIntoBackupVault').map(({ Resource }) => Resource)).toEqual(vaults.map((vault) => stack.resolve(vault.backupVaultArn)));
    expect(statement(stack, 'backup:CopyFromBackupVault')).toEqual([expect.objectContaining({ Resource: '*' })]);
  });

  test('may not copy without copy actions', () => {
    const stack = new Stack();
    new EfsBackupPlan(stack, 'Plan', { backupPlanRules: [rule({ scheduleExpression: nightly })] });
    expect(statement(stack, 'backup:CopyFromBackupVault')).toEqual([]);
  });

  test('may use the key of a vault, through AWS Backup', () => {
    const stack = new Stack();
    const key = new kms.Key(stack, 'Key');
    new EfsBackupPlan(stack, 'Plan', { backupVault: new EfsBackupVault(stack, 'Vault', { encryption: VaultEncryption.existingKey(key) }) });
    const Resource = stack.resolve(key.keyArn);
    expect(allowed(stack).filter(({ Action }) => Action[0].startsWith('kms:'))).toEqual([
      { Effect: 'Allow', Action: ['kms:DescribeKey'], Resource },
      { Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource, Condition: { StringLike: { 'kms:ViaService': 'backup.*' } } },
      { Effect: 'Allow', Action: ['kms:CreateGrant'], Resource, Condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } } },
    ]);
  });
});

test('passes on what it is given', () => {
  const stack = new Stack();
  const plan = new EfsBackupPlan(stack, 'Plan', {
    backupPlanName: 'nightly',
    backupVault: backup.BackupVault.fromBackupVaultName(stack, 'Vault', 'existing'),
    backupTag: { key: 'backup', value: 'daily' },
    backupPlanRules: [rule({ ruleName: 'keep', deleteAfter: Duration.days(120), moveToColdStorageAfter: Duration.days(30) })],
  });
  plan.addRule(rule({ ruleName: 'added' }));
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::Backup::BackupVault', 0);
  template.hasResourceProperties(PLAN, {
    BackupPlan: {
      BackupPlanName: 'nightly',
      BackupPlanRule: [
        Match.objectLike({ RuleName: 'keep', TargetBackupVault: 'existing', Lifecycle: { DeleteAfterDays: 120, MoveToColdStorageAfterDays: 30 } }),
        Match.objectLike({ RuleName: 'added' }),
      ],
    },
  });
  template.hasResourceProperties(SELECTION, {
    BackupSelection: { Conditions: { StringEquals: [{ ConditionKey: 'aws:ResourceTag/backup', ConditionValue: 'daily' }] } },
  });
});

test('the default name fits, however deep the construct lies', () => {
  const stack = new Stack(new App(), 'AStackWithALongNameThatGoesOnAndOn');
  new EfsBackupPlan(stack, 'APlanWithALongNameThatGoesOnAndOn');
  const [plan] = Object.values(Template.fromStack(stack).findResources(PLAN));
  expect(plan.Properties.BackupPlan.BackupPlanName).toMatch(/^[a-zA-Z0-9\-_.]{1,50}$/);
});

test('is a reference to itself, and takes more selections', () => {
  const stack = new Stack();
  const plan = new EfsBackupPlan(stack, 'Plan');
  expect(plan.backupPlanRef).toEqual({ backupPlanId: plan.backupPlanId, backupPlanArn: plan.backupPlanArn });
  plan.addSelection('Gold', { fileSystems: FileSystemSelector.taggedWith({ key: 'tier', value: 'gold' }), backupSelectionName: 'gold' });
  Template.fromStack(stack).hasResourceProperties(SELECTION, {
    BackupPlanId: stack.resolve(plan.backupPlanId),
    BackupSelection: { SelectionName: 'gold', IamRoleArn: stack.resolve(plan.role.roleArn) },
  });
});

describe('refuses', () => {
  test.each<[string, EfsBackupRule, RegExp]>([
    ['89 days of cold storage', rule({ deleteAfter: Duration.days(119), moveToColdStorageAfter: Duration.days(30) }), /'backupPlanRules\[0\].deleteAfter'.*use 120 days/],
    ['half a day', rule({ deleteAfter: Duration.hours(36) }), /deleteAfter'.*got "1.5 days"/],
    ['a short start window', rule({ startWindow: Duration.minutes(59) }), /startWindow'.*got "59 minutes"/],
    ['part of a minute', rule({ startWindow: Duration.seconds(3630) }), /startWindow'.*got "60.5 minutes"/],
    ['a short completion window', rule({ completionWindow: Duration.minutes(539) }), /completionWindow'/],
    ['every minute', rule({ scheduleExpression: events.Schedule.cron({ hour: '5' }) }), /scheduleExpression'.*name the minute/],
    ['continuous backup', rule({ enableContinuousBackup: true }), /enableContinuousBackup'.*no point-in-time restore/],
    ['index actions', rule({ indexActions: [{ resourceTypes: [backup.IndexActionResourceType.S3] }] }), /indexActions'/],
    ['a bad name', rule({ ruleName: 'every day' }), /ruleName'/],
    ['too many tags', rule({ recoveryPointTags: Object.fromEntries([...'abcdefghijk'].map((key) => [key, key])) }), /recoveryPointTags'.*got 11/],
  ])('%s', (_name, bad, message) => {
    const stack = new Stack();
    expect(() => new EfsBackupPlan(stack, 'Plan', { backupPlanRules: [bad] })).toThrow(message);
    expect(stack.node.findChild('Plan').node.children).toEqual([]);
    const plan = new EfsBackupPlan(stack, 'Good');
    expect(() => plan.addRule(bad)).toThrow(new RegExp(message.source.replace('backupPlanRules\\[0\\]', 'rule')));
  });

  test('copies that AWS Backup refuses', () => {
    const stack = new Stack();
    const destinationBackupVault = new EfsBackupVault(stack, 'Destination');
    const copy = { destinationBackupVault, deleteAfter: Duration.hours(12) };
    expect(() => new EfsBackupPlan(stack, 'Plan', { backupPlanRules: [rule({ copyActions: [copy] })] })).toThrow(/copyActions\[0\].deleteAfter'/);
    expect(() => new EfsBackupPlan(stack, 'Many', { backupPlanRules: [rule({ copyActions: Array(6).fill({ destinationBackupVault }) })] }))
      .toThrow(/copyActions' must hold at most 5/);
  });

  test('an eleventh rule', () => {
    const stack = new Stack();
    const backupPlanRules = Array.from({ length: 10 }, (_, index) => rule({ ruleName: `rule${index}` }));
    expect(() => new EfsBackupPlan(stack, 'Many', { backupPlanRules: [...backupPlanRules, rule({})] })).toThrow(/'backupPlanRules' must hold at most 10 rules, got 11/);
    const plan = new EfsBackupPlan(stack, 'Plan', { backupPlanRules });
    expect(() => plan.addRule(rule({}))).toThrow(/got 11/);
  });

  test('bad names and tags, all in one error', () => {
    const stack = new Stack();
    expect(() => new EfsBackupPlan(stack, 'Plan', {
      backupPlanName: 'with space',
      backupTag: { key: '', value: 'x'.repeat(257) },
      backupPlanRules: [rule({ startWindow: Duration.minutes(1) })],
    })).toThrow(/4 problems:\n1. 'backupPlanName'.*\n2. 'backupTag.key'.*\n3. 'backupTag.value'.*\n4. 'backupPlanRules\[0\].startWindow'/);
  });
});

describe('what is written into the resource itself', () => {
  test.each<[string, string, unknown, RegExp]>([
    ['continuous backup', 'BackupPlanRule.0.EnableContinuousBackup', true, /'BackupPlanRule\[0\].enableContinuousBackup' must not be set: Amazon EFS has no continuous backups/],
    ['an index', 'BackupPlanRule.0.IndexActions', [{ ResourceTypes: ['S3'] }], /'BackupPlanRule\[0\].indexActions' must be empty/],
    ['a malware scan', 'BackupPlanRule.0.ScanActions', [{ MalwareScanner: 'GUARDDUTY', ScanMode: 'FULL_SCAN' }], /'BackupPlanRule\[0\].scanActions' must be empty: AWS Backup scans backups of/],
    ['malware scans of the plan', 'ScanSettings', [{ MalwareScanner: 'GUARDDUTY' }], /'BackupPlan.scanActions' must be empty/],
    ['the archive tier', 'BackupPlanRule.0.Lifecycle.OptInToArchiveForSupportedResources', true, /optInToArchiveForSupportedResources' must not be set/],
  ])('fails the synth if AWS Backup does not do it for Amazon EFS: %s', (_name, path, value, message) => {
    const app = new App();
    const plan = new EfsBackupPlan(new Stack(app, 'Stack'), 'Plan');
    (plan.node.defaultChild as backup.CfnBackupPlan).addPropertyOverride(`BackupPlan.${path}`, value);
    expect(() => app.synth()).toThrow(message);
  });

  test('stays as it is otherwise', () => {
    const stack = new Stack();
    const plan = new EfsBackupPlan(stack, 'Plan');
    (plan.node.defaultChild as backup.CfnBackupPlan).addPropertyOverride('BackupPlan.BackupPlanRule.0.ScheduleExpression', 'cron(0 6 * * ? *)');
    Template.fromStack(stack).hasResourceProperties(PLAN, { BackupPlan: { BackupPlanRule: [{ ScheduleExpression: 'cron(0 6 * * ? *)' }] } });
  });

  test('fails the synth without any rule', () => {
    const app = new App();
    new EfsBackupPlan(new Stack(app, 'Stack'), 'Plan', { backupPlanRules: [] });
    expect(() => app.synth()).toThrow(/'backupPlanRules' must hold a rule; add one with addRule/);
  });
});

test('takes a role of yours, and adds nothing to it', () => {
  const stack = new Stack();
  const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('backup.amazonaws.com') });
  const plan = new EfsBackupPlan(stack, 'Plan', { role });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::IAM::Role', 1);
  template.resourceCountIs(POLICY, 0);
  template.resourceCountIs('AWS::IAM::Policy', 0);
  template.hasResourceProperties(SELECTION, { BackupSelection: { IamRoleArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Role'), 'Arn'] } } });
  expect(plan.role.roleArn).toBe(role.roleArn);
});

describe('ready-made plans', () => {
  const made = (make: (stack: Stack) => EfsBackupPlan) => {
    const stack = new Stack(new App(), 'Stack');
    make(stack);
    const [{ Properties }] = Object.values(Template.fromStack(stack).findResources(PLAN));
    return Properties.BackupPlan.BackupPlanRule.map((each: any) => [
      each.RuleName, each.ScheduleExpression, each.Lifecycle.DeleteAfterDays, each.Lifecycle.MoveToColdStorageAfterDays,
      each.ScheduleExpressionTimezone,
    ]);
  };
  const daily = ['Daily', 'cron(0 5 * * ? *)', 35, undefined];

  test('35 days', () => {
    expect(made((stack) => EfsBackupPlan.daily35Days(stack, 'Plan', { scheduleExpressionTimezone: TimeZone.ASIA_TOKYO }))).toEqual([[...daily, 'Asia/Tokyo']]);
  });

  test('grandfather, father, son', () => {
    expect(made((stack) => EfsBackupPlan.grandfatherFatherSon(stack, 'Plan'))).toEqual([
      [...daily, undefined],
      ['Weekly', 'cron(0 5 ? * SUN *)', 91, undefined, undefined],
      ['Monthly', 'cron(0 5 1 * ? *)', 366, 30, undefined],
      ['Yearly', 'cron(0 5 1 JAN ? *)', 2557, 30, undefined],
    ]);
  });

  test.each([[1, 366], [7, 2557], [10, 3653], [99, 36160]])('compliance: %i years are %i days, leap days included', (years, days) => {
    expect(made((stack) => EfsBackupPlan.complianceYears(stack, 'Plan', years))).toEqual([[...daily, undefined], ['Monthly', 'cron(0 5 1 * ? *)', days, 30, undefined]]);
  });

  test.each([0, 1.5, 100, NaN])('compliance fails for %p years', (years) => {
    expect(() => EfsBackupPlan.complianceYears(new Stack(), 'Plan', years)).toThrow(/'years' must be a whole number from 1 to 99/);
  });

  test('take what other plans take', () => {
    const stack = new Stack(new App(), 'Stack');
    const plan = EfsBackupPlan.grandfatherFatherSon(stack, 'Plan', { backupPlanName: 'mine', backupTag: { key: 'a', value: 'b' }, removalPolicy: RemovalPolicy.DESTROY });
    expect(plan.backupTag).toEqual({ key: 'a', value: 'b' });
    Template.fromStack(stack).hasResource('AWS::Backup::BackupVault', { DeletionPolicy: 'Delete' });
    Template.fromStack(stack).hasResourceProperties(PLAN, { BackupPlan: { BackupPlanName: 'mine' } });
  });
});

test('checks nothing that is a token', () => {
  const stack = new Stack();
  const text = new CfnParameter(stack, 'Text').valueAsString;
  const number = () => Lazy.number({ produce: () => 1 });
  new EfsBackupPlan(stack, 'Plan', {
    backupPlanName: text,
    backupTag: { key: text, value: text },
    backupPlanRules: [
      rule({ ruleName: text, deleteAfter: Duration.days(number()), moveToColdStorageAfter: Duration.days(number()) }),
      rule({ startWindow: Duration.minutes(number()), completionWindow: Duration.minutes(120) }),
      rule({ completionWindow: Duration.minutes(number()) }),
      rule({ scheduleExpression: events.Schedule.expression(`cron(${Token.asString({ Ref: 'Minute' })} 5 * * ? *)`) }),
    ],
  });
  Template.fromStack(stack).hasResourceProperties(PLAN, {
    BackupPlan: {
      BackupPlanName: { Ref: 'Text' },
      BackupPlanRule: [
        Match.objectLike({ RuleName: { Ref: 'Text' }, Lifecycle: { DeleteAfterDays: 1, MoveToColdStorageAfterDays: 1 } }),
        Match.objectLike({ StartWindowMinutes: 1, CompletionWindowMinutes: 120 }),
        Match.objectLike({ CompletionWindowMinutes: 1 }),
        Match.objectLike({ ScheduleExpression: Match.objectLike({ 'Fn::Join': Match.anyValue() }) }),
      ],
    },
  });
});
