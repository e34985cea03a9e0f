import { Match, Template } from 'aws-cdk-lib/assertions';
import * as backup from 'aws-cdk-lib/aws-backup';
import type { IBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import {
  App, CfnParameter, CliCredentialsStackSynthesizer, DefaultStackSynthesizer, Duration, LegacyStackSynthesizer, NestedStack, RemovalPolicy, Stack,
} from 'aws-cdk-lib/core';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import { EfsBackupPlan, EfsBackupRule } from '../../src/plan';
import { BackupPeers, EfsBackupVault, EfsLogicallyAirGappedVault, VaultEncryption, VaultLock } from '../../src/vault';
import { preventsManualDeletion } from '../helpers/policy';
import { findings } from '../private/nag';

const TYPE = 'AWS::Backup::BackupVault';
const DEPLOYMENT = (partition: unknown, account: unknown, region: unknown, qualifier = 'hnb659fds') => ({
  'Fn::Join': ['', ['arn:', partition, ':iam::', account, `:role/cdk-${qualifier}-cfn-exec-role-`, account, '-', region]],
});
const AGNOSTIC = DEPLOYMENT({ Ref: 'AWS::Partition' }, { Ref: 'AWS::AccountId' }, { Ref: 'AWS::Region' });

function vaultOf(stack: Stack) {
  return Object.values(Template.fromStack(stack).findResources(TYPE))[0];
}

function conditions(stack: Stack): unknown[] {
  return vaultOf(stack).Properties.AccessPolicy.Statement.map((statement: any) => statement.Condition?.ArnNotLike['aws:PrincipalArn']);
}

describe.each([['recommended feature flags', flags], ['no feature flags', {}]])('with %s', (_name, context) => {
  let app: App;
  let stack: Stack;
  beforeEach(() => {
    app = new App({ context: { ...context } });
    stack = new Stack(app, 'Stack');
  });

  test('is retained and denies deletion', () => {
    new EfsBackupVault(stack, 'Vault');
    const template = Template.fromStack(stack);
    template.hasResource(TYPE, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    template.hasResourceProperties(TYPE, {
      BackupVaultName: Match.stringLikeRegexp('^Stack-Vault-[A-Z0-9]{8}$'),
      EncryptionKeyArn: Match.absent(),
      LockConfiguration: Match.absent(),
      AccessPolicy: {
        Statement: [
          Match.objectLike({ Effect: 'Deny', Sid: 'DenyDeletionAndLiftingThisPolicy', Principal: { AWS: '*' } }),
          Match.objectLike({ Effect: 'Deny', Sid: 'DenyDeletionOfRecoveryPoints', Principal: { AWS: '*' } }),
        ],
      },
    });
    expect(conditions(stack)).toEqual([[AGNOSTIC], undefined]);
  });

  test('passes on what it is given', () => {
    const key = new kms.Key(stack, 'Key');
    const vault = new EfsBackupVault(stack, 'Vault', {
      backupVaultName: 'backups',
      encryption: VaultEncryption.existingKey(key),
      deletionExemptRoles: [iam.Role.fromRoleArn(stack, 'Admin', 'arn:aws:iam::123456789012:role/backup-admin')],
      deploymentRole: iam.Role.fromRoleArn(stack, 'Deployment', 'arn:aws:iam::123456789012:role/deployment'),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const template = Template.fromStack(stack);
    template.hasResource(TYPE, { DeletionPolicy: 'Delete' });
    template.hasResourceProperties(TYPE, { BackupVaultName: 'backups', EncryptionKeyArn: stack.resolve(key.keyArn) });
    expect(conditions(stack)).toEqual([
      ['arn:aws:iam::123456789012:role/backup-admin', 'arn:aws:iam::123456789012:role/deployment'],
      ['arn:aws:iam::123456789012:role/backup-admin'],
    ]);
    expect(vault.encryptionKey).toBe(key);
  });

  test('is clean for compliance packs', () => {
    new EfsBackupVault(stack, 'Vault');
    expect(findings(app)).toEqual([]);
  });
});

test('is a reference to itself', () => {
  const stack = new Stack();
  const vault = new EfsBackupVault(stack, 'Vault');
  expect(stack.resolve(vault.backupVaultRef)).toEqual(stack.resolve(vault.backupVault.backupVaultRef));
  expect(stack.resolve(vault.backupVaultArn)).toEqual({ 'Fn::GetAtt': [expect.any(String), 'BackupVaultArn'] });
  expect(stack.resolve(vault.backupVaultName)).toEqual({ 'Fn::GetAtt': [expect.any(String), 'BackupVaultName'] });
});

test('two copies of an app in one account get vaults with different names', () => {
  const names = ['One', 'Two'].map((stackName) => {
    const stack = new Stack(new App(), 'Stack', { stackName });
    new EfsBackupVault(stack, 'Vault');
    return vaultOf(stack).Properties.BackupVaultName;
  });
  expect(names[0]).not.toBe(names[1]);
});

test('the default name fits, however deep the construct lies', () => {
  const stack = new Stack(new App(), 'AStackWithALongNameThatGoesOnAndOn');
  new EfsBackupVault(stack, 'AVaultWithALongNameThatGoesOnAndOn');
  expect(vaultOf(stack).Properties.BackupVaultName).toMatch(/^[a-zA-Z0-9\-_]{2,50}$/);
});

describe('the deployment role', () => {
  test.each([['aws', 'eu-west-1'], ['aws-cn', 'cn-north-1'], ['aws-us-gov', 'us-gov-west-1']])('is written for partition %s', (_partition, region) => {
    const stack = new Stack(new App(), 'Stack', { env: { account: '123456789012', region } });
    new EfsBackupVault(stack, 'Vault');
    expect(conditions(stack)[0]).toEqual([{
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::123456789012:role/cdk-hnb659fds-cfn-exec-role-123456789012-${region}`]],
    }]);
  });

  test('follows the qualifier of the bootstrap stack', () => {
    const stack = new Stack(new App(), 'Stack', { synthesizer: new DefaultStackSynthesizer({ qualifier: 'ours' }) });
    new EfsBackupVault(stack, 'Vault');
    expect(JSON.stringify(conditions(stack)[0])).toContain('role/cdk-ours-cfn-exec-role-');
  });

  test('follows a role of the synthesizer', () => {
    const stack = new Stack(new App(), 'Stack', {
      synthesizer: new DefaultStackSynthesizer({ cloudFormationExecutionRole: 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/pipeline' }),
    });
    new EfsBackupVault(stack, 'Vault');
    expect(conditions(stack)[0]).toEqual([{ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':role/pipeline']] }]);
  });

  test('of a nested stack is that of its parent', () => {
    const nested = new NestedStack(new Stack(new App(), 'Stack'), 'Nested');
    new EfsBackupVault(nested, 'Vault');
    expect(conditions(nested)[0]).toEqual([AGNOSTIC]);
  });

  test.each([new CliCredentialsStackSynthesizer(), new LegacyStackSynthesizer()])('fails if the synthesizer names none', (synthesizer) => {
    const stack = new Stack(new App(), 'Stack', { synthesizer });
    expect(() => new EfsBackupVault(stack, 'Vault')).toThrow(/^\[Stack\/Vault\] 'deploymentRole' must be set, because the synthesizer/);
    expect(() => new EfsBackupVault(stack, 'Other', { deploymentRole: iam.Role.fromRoleName(stack, 'Role', 'deployment') })).not.toThrow();
  });
});

describe('the name', () => {
  test.each(['x', 'with space', 'with.dot', 'x'.repeat(51), 'aws/efs/automatic-backup-vault'])('fails as %j', (backupVaultName) => {
    const stack = new Stack();
    expect(() => new EfsBackupVault(stack, 'Vault', { backupVaultName })).toThrow(/'backupVaultName' must be 2 to 50 letters/);
    expect(stack.node.findChild('Vault').node.children).toEqual([]);
  });

  test('is not checked as long as it is a token', () => {
    const stack = new Stack();
    new EfsBackupVault(stack, 'Vault', { backupVaultName: new CfnParameter(stack, 'Name').valueAsString });
    Template.fromStack(stack).hasResourceProperties(TYPE, { BackupVaultName: { Ref: 'Name' } });
  });
});

test('names the roles that its guard lets through, for the control that asks for them', () => {
  const stack = new Stack();
  const vault = new EfsBackupVault(stack, 'Vault', { deletionExemptRoles: [iam.Role.fromRoleArn(stack, 'Admin', 'arn:aws:iam::123456789012:role/backup-admin')] });
  const policy = vaultOf(stack).Properties.AccessPolicy.Statement;
  expect(stack.resolve(vault.guardExemptRoleArns)).toEqual(['arn:aws:iam::123456789012:role/backup-admin', AGNOSTIC]);
  expect(preventsManualDeletion(policy, stack.resolve(vault.guardExemptRoleArns))).toBe(true);
  expect(preventsManualDeletion(policy, [])).toBe(false);
});

test('reports all that is wrong at once, and makes nothing', () => {
  const stack = new Stack();
  expect(() => new EfsBackupVault(stack, 'Vault', {
    backupVaultName: 'x',
    copySources: [BackupPeers.account('1')],
    encryption: VaultEncryption.customerManagedKey({ alias: 'x', sharedWith: [BackupPeers.organization('x')] }),
    lock: VaultLock.governance({ minRetention: Duration.days(0) }),
    notificationEvents: [],
  })).toThrow(/6 problems:\n1. 'backupVaultName'.*\n2. 'copySources\[0\]'.*\n3. 'notificationEvents'.*\n4. 'encryption.sharedWith\[0\]'.*\n5. 'encryption.alias'.*\n6. 'lock.minRetention'/);
  expect(stack.node.findChild('Vault').node.children).toEqual([]);
});

describe('a copy into a vault', () => {
  const copying = (vaultStack: Stack, planStack: Stack, make: (stack: Stack) => IBackupVaultRef) => {
    new EfsBackupPlan(planStack, 'Plan', {
      backupPlanRules: [EfsBackupRule.fromBackupPlanRule(new backup.BackupPlanRule({
        deleteAfter: Duration.days(35), copyActions: [{ destinationBackupVault: make(vaultStack) }],
      }))],
    });
    const [plan] = Object.values(Template.fromStack(planStack).findResources('AWS::Backup::BackupPlan'));
    return plan.Properties.BackupPlan.BackupPlanRule[0].CopyActions[0].DestinationBackupVaultArn;
  };
  const KINDS: [string, (stack: Stack) => IBackupVaultRef][] = [
    ['a vault', (stack) => new EfsBackupVault(stack, 'Vault', { backupVaultName: 'copies' })],
    ['an air-gapped vault', (stack) => new EfsLogicallyAirGappedVault(stack, 'Vault', {
      backupVaultName: 'copies', minRetention: Duration.days(7), maxRetention: Duration.days(99),
    })],
  ];

  test.each(KINDS)('of another stack imports the ARN (%s)', (_kind, make) => {
    const app = new App();
    expect(copying(new Stack(app, 'Vaults'), new Stack(app, 'Plans'), make)).toEqual({ 'Fn::ImportValue': expect.stringContaining('BackupVaultArn') });
  });

  test.each(KINDS)('of another Region and account names the ARN, since nothing can be imported from there (%s)', (_kind, make) => {
    const app = new App();
    const vaults = new Stack(app, 'Vaults', { env: { account: '111122223333', region: 'eu-central-1' } });
    const plans = new Stack(app, 'Plans', { env: { account: '123456789012', region: 'eu-west-1' } });
    const expected = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':backup:eu-central-1:111122223333:backup-vault:copies']] };
    expect(copying(vaults, plans, make)).toEqual(expected);
    const [{ Properties }] = Object.values(Template.fromStack(plans).findResources('AWS::IAM::ManagedPolicy'));
    expect(Properties.PolicyDocument.Statement.map(({ Resource }: any) => Resource)).toContainEqual(expected);
  });
});
