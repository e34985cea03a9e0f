import { Match, Template } from 'aws-cdk-lib/assertions';
import * as backup from 'aws-cdk-lib/aws-backup';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { App, CfnParameter, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { EfsBackupPlan, EfsBackupRule } from '../../src/plan';
import { BackupPeers, EfsBackupVault, VaultEncryption } from '../../src/vault';
import type { EfsBackupVaultProps } from '../../src/vault';
import { isDenied } from '../helpers/policy';
import type { Statement } from '../helpers/policy';
import { findings } from '../private/nag';

const ARN = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const [ADMIN, BREAK_GLASS, DEPLOYMENT] = ['admin', 'break-glass', 'deployment'].map(ARN);

function vaultWith(props: EfsBackupVaultProps = {}, env = { account: '123456789012', region: 'eu-west-1' }): EfsBackupVault {
  const stack = new Stack(new App(), 'Stack', { env });
  return new EfsBackupVault(stack, 'Vault', {
    encryption: VaultEncryption.customerManagedKey(),
    backupVaultName: 'backups',
    deploymentRole: iam.Role.fromRoleArn(stack, 'Deployment', DEPLOYMENT),
    deletionExemptRoles: [iam.Role.fromRoleArn(stack, 'BreakGlass', BREAK_GLASS)],
    ...props,
  });
}

function keyPolicy(vault: EfsBackupVault): Statement[] {
  const [key] = Object.values(Template.fromStack(vault.stack).findResources('AWS::KMS::Key'));
  return key.Properties.KeyPolicy.Statement;
}
const shared = (vault: EfsBackupVault) => keyPolicy(vault).filter(({ Sid }) => Sid?.startsWith('Allow'));

test('the key is the one that AWS manages unless asked for another: nobody can delete it, and it copies across accounts', () => {
  const vault = vaultWith({ encryption: undefined });
  Template.fromStack(vault.stack).hasResourceProperties('AWS::Backup::BackupVault', { EncryptionKeyArn: Match.absent() });
  Template.fromStack(vault.stack).resourceCountIs('AWS::KMS::Key', 0);
  expect(vault.encryptionKey).toBeUndefined();
});

describe('a customer managed key that is made for the vault', () => {
  test('is rotated, retained, has an alias and encrypts the vault', () => {
    const vault = vaultWith();
    const template = Template.fromStack(vault.stack);
    template.hasResource('AWS::KMS::Key', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain', Properties: Match.objectLike({ EnableKeyRotation: true }) });
    template.hasResourceProperties('AWS::KMS::Alias', { AliasName: 'alias/backups' });
    template.hasResourceProperties('AWS::Backup::BackupVault', { EncryptionKeyArn: vault.stack.resolve(vault.encryptionKey!.keyRef.keyArn) });
  });

  test('takes an alias of the user', () => {
    Template.fromStack(vaultWith({ encryption: VaultEncryption.customerManagedKey({ alias: 'alias/ours' }) }).stack)
      .hasResourceProperties('AWS::KMS::Alias', { AliasName: 'alias/ours' });
  });

  test.each(['ours', 'alias/aws/ours', 'alias/with space'])('refuses the alias %s', (alias) => {
    expect(() => vaultWith({ encryption: VaultEncryption.customerManagedKey({ alias }) })).toThrow(/'encryption.alias' must begin with alias\//);
  });

  test.each(['kms:ScheduleKeyDeletion', 'kms:DisableKey'])('denies %s to all but the break-glass roles, the deployment included', (action) => {
    const policy = keyPolicy(vaultWith());
    expect([ADMIN, DEPLOYMENT, BREAK_GLASS].map((principal) => isDenied(policy, action, principal))).toEqual([true, true, false]);
  });

  test('is deleted by a deployment only where the vault is', () => {
    const policy = keyPolicy(vaultWith({ removalPolicy: RemovalPolicy.DESTROY }));
    expect([ADMIN, DEPLOYMENT].map((principal) => isDenied(policy, 'kms:ScheduleKeyDeletion', principal))).toEqual([true, false]);
  });

  test('denies the lifting of these denials to all but the break-glass roles and the deployment', () => {
    const policy = keyPolicy(vaultWith());
    expect([ADMIN, DEPLOYMENT, BREAK_GLASS].map((principal) => isDenied(policy, 'kms:PutKeyPolicy', principal))).toEqual([true, false, false]);
  });

  test('keeps nobody from using it', () => {
    const policy = keyPolicy(vaultWith());
    for (const action of ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:CreateGrant', 'kms:DescribeKey', 'kms:RetireGrant', 'kms:RevokeGrant']) {
      expect([action, isDenied(policy, action, ADMIN)]).toEqual([action, false]);
    }
  });

  test('is for its own account only unless shared', () => {
    expect(shared(vaultWith())).toEqual([]);
    expect(JSON.stringify(keyPolicy(vaultWith()).find(({ Effect }) => Effect === 'Allow')!.Principal)).toContain(':iam::123456789012:root');
  });

  test('is clean for compliance packs', () => {
    const app = new App();
    new EfsBackupVault(new Stack(app, 'Stack'), 'Vault', {
      encryption: VaultEncryption.customerManagedKey({ sharedWith: [BackupPeers.organization('o-a1b2c3d4e5')] }),
    });
    expect(findings(app)).toEqual([]);
  });
});

describe.each(['sharedWith', 'copySources', 'allowCopyFrom'])('a key that is shared by %s', (how) => {
  function share(peers: BackupPeers, env?: { account: string; region: string }): EfsBackupVault {
    const vault = vaultWith({
      encryption: VaultEncryption.customerManagedKey({ sharedWith: how === 'sharedWith' ? [peers] : [] }),
      copySources: how === 'copySources' ? [peers] : [],
    }, env);
    if (how === 'allowCopyFrom') {
      vault.allowCopyFrom(peers);
    }
    return vault;
  }

  test('lets an account use it through AWS Backup, and its service-linked role directly', () => {
    const use = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'];
    const grants = { Bool: { 'kms:GrantIsForAWSResource': 'true' } };
    const viaBackup = { StringLike: { 'kms:ViaService': 'backup.*' } };
    const byService = {
      ArnLike: { 'aws:PrincipalArn': { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::*:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup']] } },
    };
    const statements = shared(share(BackupPeers.account('111122223333')));
    expect(statements.map(({ Action, Condition }) => [Action, Condition])).toEqual([
      [use, viaBackup], ['kms:CreateGrant', { ...grants, ...viaBackup }], [use, byService], ['kms:CreateGrant', { ...byService, ...grants }],
    ]);
    for (const { Principal } of statements) {
      expect(Principal).toEqual({ AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::111122223333:root']] } });
    }
  });

  test('is never open to everyone: each statement about everyone is limited to the organization', () => {
    for (const peers of [BackupPeers.organization('o-a1b2c3d4e5'), BackupPeers.organizationalUnits('o-a1b2c3d4e5/r-ab12/ou-ab12-11111111')]) {
      const statements = shared(share(peers));
      expect(statements).toHaveLength(4);
      for (const { Principal, Condition } of statements) {
        expect(Principal).toEqual({ AWS: '*' });
        expect(JSON.stringify(Condition)).toMatch(/"StringEquals":\{"aws:PrincipalOrgID":|"ForAnyValue:StringLike":\{"aws:PrincipalOrgPaths":/);
      }
    }
  });

  test.each(['cn-north-1', 'us-gov-west-1'])('names no partition in %s', (region) => {
    expect(JSON.stringify(shared(share(BackupPeers.account('111122223333'), { account: '123456789012', region })))).not.toContain('arn:aws');
  });
});

describe('a key of the user', () => {
  test('is used and not changed', () => {
    const stack = new Stack();
    const key = new kms.Key(stack, 'Key');
    const before = JSON.stringify(Template.fromStack(stack).findResources('AWS::KMS::Key'));
    const again = new Stack();
    const sameKey = new kms.Key(again, 'Key');
    const vault = new EfsBackupVault(again, 'Vault', { encryption: VaultEncryption.existingKey(sameKey), copySources: [BackupPeers.account('111122223333')] });
    expect(vault.encryptionKey).toBe(sameKey);
    expect(JSON.stringify(Template.fromStack(again).findResources('AWS::KMS::Key'))).toBe(before);
    expect(key).toBeDefined();
  });

  test('fails in another Region, and is not compared with a Region that is a token', () => {
    const far = (stack: Stack) => kms.Key.fromKeyArn(stack, 'Far', 'arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000');
    const stack = new Stack(new App(), 'Stack', { env: { account: '123456789012', region: 'eu-west-1' } });
    expect(() => new EfsBackupVault(stack, 'Vault', { encryption: VaultEncryption.existingKey(far(stack)) }))
      .toThrow(/'encryption' must be a key in the Region of the vault \(eu-west-1\), got "us-east-1"/);
    const agnostic = new Stack();
    expect(() => new EfsBackupVault(agnostic, 'Vault', { encryption: VaultEncryption.existingKey(far(agnostic)) })).not.toThrow();
  });

  test('may come from another stack', () => {
    const app = new App();
    const key = new kms.Key(new Stack(app, 'Keys'), 'Key');
    const stack = new Stack(app, 'Stack');
    new EfsBackupVault(stack, 'Vault', { encryption: VaultEncryption.existingKey(key) });
    expect(Object.values(Template.fromStack(stack).findResources('AWS::Backup::BackupVault'))[0].Properties.EncryptionKeyArn)
      .toEqual({ 'Fn::ImportValue': expect.stringContaining('Keys:') });
  });
});

test('an alias that is a token is not checked', () => {
  const stack = new Stack();
  const alias = new CfnParameter(stack, 'Alias').valueAsString;
  expect(() => new EfsBackupVault(stack, 'Vault', { encryption: VaultEncryption.customerManagedKey({ alias }) })).not.toThrow();
});

test('the role of a plan may use the key of the vault through AWS Backup', () => {
  const vault = vaultWith();
  new EfsBackupPlan(vault.stack, 'Plan', { backupVault: vault });
  Template.fromStack(vault.stack).hasResourceProperties('AWS::IAM::ManagedPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([Match.objectLike({
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Resource: vault.stack.resolve(vault.encryptionKey!.keyRef.keyArn),
        Condition: { StringLike: { 'kms:ViaService': 'backup.*' } },
      })]),
    },
  });
});

describe('a plan in another Region', () => {
  const plan = (encryption: (stack: Stack) => VaultEncryption) => {
    const app = new App();
    const vaults = new Stack(app, 'Vaults', { env: { account: '111122223333', region: 'eu-central-1' } });
    const stack = new Stack(app, 'Plans', { env: { account: '123456789012', region: 'eu-west-1' } });
    const destinationBackupVault = new EfsBackupVault(vaults, 'Vault', { backupVaultName: 'copies', encryption: encryption(vaults) });
    new EfsBackupPlan(stack, 'Plan', { backupPlanRules: [EfsBackupRule.fromBackupPlanRule(new backup.BackupPlanRule({ deleteAfter: Duration.days(35), copyActions: [{ destinationBackupVault }] }))] });
    const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy'));
    const statements: Statement[] = Properties.PolicyDocument.Statement;
    return { app, kms: statements.filter(({ Action }) => JSON.stringify(Action).includes('kms:')) };
  };
  const everyKey = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':kms:eu-central-1:111122223333:key/*']] };

  test('uses a key that was made for the vault by its alias, since its ARN is not known there', () => {
    const { app, kms: statements } = plan(() => VaultEncryption.customerManagedKey());
    expect(statements).toHaveLength(3);
    for (const { Resource, Condition } of statements) {
      expect(Resource).toEqual(everyKey);
      expect(Condition).toMatchObject({ 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/copies' } });
    }
    expect(findings(app)).toEqual([]);
  });

  test('uses an imported key by its ARN', () => {
    const arn = 'arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000';
    const { kms: statements } = plan((stack) => VaultEncryption.existingKey(kms.Key.fromKeyArn(stack, 'Key', arn)));
    expect(statements.map(({ Resource }) => Resource)).toEqual([arn, arn, arn]);
  });

  test('uses a key of the user without an ARN yet among the keys there, through AWS Backup only', () => {
    const { kms: statements } = plan((stack) => VaultEncryption.existingKey(new kms.Key(stack, 'Key', { enableKeyRotation: true })));
    expect(statements.map(({ Resource }) => Resource)).toEqual([everyKey, everyKey, everyKey]);
  });

  test('needs no key that AWS manages', () => {
    expect(plan(() => VaultEncryption.awsManagedKey()).kms).toEqual([]);
  });
});
