import { Match, Template } from 'aws-cdk-lib/assertions';
import * as backup from 'aws-cdk-lib/aws-backup';
import type { ILogicallyAirGappedBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as mpa from 'aws-cdk-lib/aws-mpa';
import { App, CfnParameter, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { EfsBackupPlan, EfsBackupRule } from '../../src/plan';
import { EfsLogicallyAirGappedVault } from '../../src/vault';
import type { EfsLogicallyAirGappedVaultProps } from '../../src/vault';
import { isDenied, preventsManualDeletion } from '../helpers/policy';
import { findings } from '../private/nag';

const TYPE = 'AWS::Backup::LogicallyAirGappedBackupVault';
const days = (count: number) => Duration.days(count);
const make = (scope: Stack, props: Partial<EfsLogicallyAirGappedVaultProps> = {}) =>
  new EfsLogicallyAirGappedVault(scope, 'AirGapped', { minRetention: days(7), maxRetention: days(400), ...props });

test('is retained, named uniquely, limited and encrypted with a key that AWS owns', () => {
  const stack = new Stack(new App(), 'Stack');
  const vault = make(stack);
  Template.fromStack(stack).hasResource(TYPE, {
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      BackupVaultName: Match.stringLikeRegexp('^Stack-AirGapped-[A-Z0-9]{8}$'),
      MinRetentionDays: 7,
      MaxRetentionDays: 400,
      EncryptionKeyArn: Match.absent(),
      Notifications: Match.absent(),
      MpaApprovalTeamArn: Match.absent(),
    },
  });
  expect(vault.encryptionKey).toBeUndefined();
});

test('passes on what it is given', () => {
  const stack = new Stack();
  const key = new kms.Key(stack, 'Key');
  const approvalTeam = new mpa.CfnApprovalTeam(stack, 'Team', {
    name: 'recovery', description: 'recovery', approvalStrategy: { mofN: { minApprovalsRequired: 1 } }, approvers: [], policies: [],
  });
  make(stack, { backupVaultName: 'air-gapped', encryptionKey: key, approvalTeam, removalPolicy: RemovalPolicy.DESTROY });
  Template.fromStack(stack).hasResource(TYPE, {
    DeletionPolicy: 'Delete',
    Properties: { BackupVaultName: 'air-gapped', EncryptionKeyArn: stack.resolve(key.keyArn), MpaApprovalTeamArn: stack.resolve(approvalTeam.ref) },
  });
});

test('has the guard of other vaults: it protects its own access policy too', () => {
  const stack = new Stack();
  make(stack, { deploymentRole: iam.Role.fromRoleArn(stack, 'Deployment', 'arn:aws:iam::123456789012:role/deployment') });
  const { Statement } = Object.values(Template.fromStack(stack).findResources(TYPE))[0].Properties.AccessPolicy;
  expect(preventsManualDeletion(Statement, ['arn:aws:iam::123456789012:role/deployment'])).toBe(true);
  expect(isDenied(Statement, 'backup:DeleteBackupVaultAccessPolicy', 'arn:aws:iam::123456789012:role/admin')).toBe(true);
});

test.each<[Partial<EfsLogicallyAirGappedVaultProps>, RegExp]>([
  [{ minRetention: days(6) }, /'minRetention' must be a whole number of days from 7 to 36500, got "6 days"/],
  [{ minRetention: Duration.hours(180) }, /'minRetention' must be a whole number of days from 7/],
  [{ maxRetention: days(36_501) }, /'maxRetention' must be a whole number of days from 7 to 36500/],
  [{ minRetention: days(30), maxRetention: days(29) }, /'maxRetention' must not be shorter than 'minRetention' \(30 days\)/],
  [{ backupVaultName: 'x', minRetention: days(1) }, /2 problems:\n1. 'backupVaultName'.*\n2. 'minRetention'/],
])('fails with %j', (props, message) => {
  const stack = new Stack();
  expect(() => make(stack, props)).toThrow(message);
  expect(stack.node.findChild('AirGapped').node.children).toEqual([]);
});

test('does not check what is a token', () => {
  const stack = new Stack();
  make(stack, { minRetention: days(new CfnParameter(stack, 'Min', { type: 'Number' }).valueAsNumber), backupVaultName: new CfnParameter(stack, 'Name').valueAsString });
  Template.fromStack(stack).hasResourceProperties(TYPE, { MinRetentionDays: { Ref: 'Min' }, BackupVaultName: { Ref: 'Name' } });
});

test('takes copies of a plan, whose role may use its key', () => {
  const stack = new Stack();
  const vault = make(stack, { encryptionKey: new kms.Key(stack, 'Key') });
  new EfsBackupPlan(stack, 'Plan', {
    backupPlanRules: [EfsBackupRule.fromBackupPlanRule(new backup.BackupPlanRule({
      deleteAfter: days(35), copyActions: [{ destinationBackupVault: vault }],
    }))],
  });
  const template = Template.fromStack(stack);
  const arn = stack.resolve(vault.backupVaultArn);
  expect(arn).toEqual({ 'Fn::GetAtt': [expect.any(String), 'BackupVaultArn'] });
  template.hasResourceProperties('AWS::Backup::BackupPlan', { BackupPlan: { BackupPlanRule: [{ CopyActions: [{ DestinationBackupVaultArn: arn }] }] } });
  template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({ Action: ['backup:DescribeBackupVault', 'backup:CopyIntoBackupVault'], Resource: arn }),
        Match.objectLike({ Action: 'kms:CreateGrant', Resource: stack.resolve(vault.encryptionKey!.keyRef.keyArn) }),
      ]),
    },
  });
});

test('is a reference to an air-gapped vault, and its ARN the primary target of a rule', () => {
  const stack = new Stack();
  const vault = make(stack);
  const reference: ILogicallyAirGappedBackupVaultRef = vault;
  expect(stack.resolve(reference.logicallyAirGappedBackupVaultRef.backupVaultName)).toEqual({ Ref: expect.any(String) });
  new backup.CfnBackupPlan(stack, 'Plan', {
    backupPlan: {
      backupPlanName: 'plan', backupPlanRule: [{ ruleName: 'rule', targetBackupVault: 'vault', targetLogicallyAirGappedBackupVaultArn: vault.backupVaultArn }],
    },
  });
  Template.fromStack(stack).hasResourceProperties('AWS::Backup::BackupPlan', {
    BackupPlan: { BackupPlanRule: [{ TargetLogicallyAirGappedBackupVaultArn: stack.resolve(vault.backupVaultArn) }] },
  });
});

test('is clean for compliance packs', () => {
  const app = new App();
  make(new Stack(app, 'Stack'));
  expect(findings(app)).toEqual([]);
});
