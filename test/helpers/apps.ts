import * as backup from 'aws-cdk-lib/aws-backup';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import { App, Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib/core';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import { QuickStart } from '../../examples/quick-start';
import {
  AfterRestore, BackedUpFileSystem, BackupPeers, ComplianceLockAcknowledgement, ConflictPolicy, DeletionGuard, EfsBackup, EfsBackupPlan,
  EfsBackupSelection, EfsBackupVault, EfsLogicallyAirGappedVault, EfsRestoreWorkflow, FileSystemSelector, RecoveryDirectoryDisposal, VaultEncryption,
  VaultEvent, VaultLock,
} from '../../src';

/** The quick start, as a new app has it. */
export function quickStart(context: Record<string, unknown> = {}, outdir?: string): QuickStart {
  return new QuickStart(new App({ context: { ...flags, 'aws:cdk:disable-creation-stack-traces': true, ...context }, outdir }), 'QuickStart');
}

/** What the user of the quick start brings: not ours to judge. */
export const USERS = ['Vpc', 'Restores', 'Operators', 'Custom::VpcRestrictDefaultSGCustomResourceProvider', 'Key'];

/** Whether a construct is one of ours, in a stack that names the user's own as above. */
export const isOurs = (constructPath: string): boolean => !USERS.includes(constructPath.split('/')[1]);

/** The constructs of the quick start, given a customer managed key wherever one is taken. */
export function encryptedQuickStart(context: Record<string, unknown> = {}): Stack {
  const stack = new Stack(new App({ context: { ...flags, ...context } }), 'Encrypted');
  const encryptionKey = new kms.Key(stack, 'Key', { enableKeyRotation: true });
  const vault = new EfsBackupVault(stack, 'Vault', { encryption: VaultEncryption.existingKey(encryptionKey) });
  const data = new BackedUpFileSystem(stack, 'Data', {
    vpc: new ec2.Vpc(stack, 'Vpc', { natGateways: 0, maxAzs: 2 }), kmsKey: encryptionKey, backupPlan: new EfsBackupPlan(stack, 'Plan', { backupVault: vault }),
  });
  data.addRestoreWorkflow('Restore', { encryptionKey, notificationTopic: new sns.Topic(stack, 'Restores', { enforceSSL: true, masterKey: encryptionKey }) });
  return stack;
}

/** Every construct with every prop, each set to something else than its default. */
export function everyProp(context: Record<string, unknown> = {}): Stack {
  const stack = new Stack(new App({ context: { ...flags, ...context } }), 'EveryProp', { env: { account: '123456789012', region: 'eu-west-1' } });
  const vpc = new ec2.Vpc(stack, 'Vpc', { natGateways: 0, maxAzs: 2 });
  const key = new kms.Key(stack, 'Key', { enableKeyRotation: true });
  const role = (id: string, service = 'backup.amazonaws.com') => new iam.Role(stack, id, { assumedBy: new iam.ServicePrincipal(service) });
  const vault = new EfsBackupVault(stack, 'Vault', {
    backupVaultName: 'every-prop',
    encryption: VaultEncryption.customerManagedKey({ alias: 'alias/every-prop', sharedWith: [BackupPeers.account('111122223333')] }),
    deletionExemptRoles: [role('Exempt')],
    deploymentRole: role('Deployment'),
    deletionGuard: DeletionGuard.likeAutomaticVault({ restoreRoles: [role('Restores')] }),
    lock: VaultLock.compliance({
      minRetention: Duration.days(30),
      maxRetention: Duration.days(3650),
      coolingOffPeriod: Duration.days(3),
      acknowledgement: ComplianceLockAcknowledgement.NOBODY_INCLUDING_AWS_CAN_UNLOCK_THE_VAULT_OR_DELETE_ITS_BACKUPS_EARLY,
    }),
    copySources: [BackupPeers.organization('o-a1b2c3d4e5'), BackupPeers.organizationalUnits('o-a1b2c3d4e5/r-ab12/ou-ab12-11111111')],
    accessPolicyStatements: [new iam.PolicyStatement({ actions: ['backup:StartRestoreJob'], principals: [new iam.AccountRootPrincipal()] })],
    notificationTopic: new sns.Topic(stack, 'VaultTopic', { masterKey: key, enforceSSL: true }),
    notificationEvents: [VaultEvent.BACKUP_JOB_COMPLETED],
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const airGapped = new EfsLogicallyAirGappedVault(stack, 'AirGapped', {
    backupVaultName: 'every-prop-air-gapped',
    minRetention: Duration.days(7),
    maxRetention: Duration.days(400),
    encryptionKey: key,
    copySources: [BackupPeers.account('111122223333')],
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const weekly = new backup.BackupPlanRule({
    ruleName: 'Weekly',
    scheduleExpression: events.Schedule.cron({ weekDay: 'SUN', hour: '2', minute: '30' }),
    startWindow: Duration.hours(1),
    completionWindow: Duration.hours(12),
    deleteAfter: Duration.days(365),
    moveToColdStorageAfter: Duration.days(30),
    copyActions: [{ destinationBackupVault: new EfsBackupVault(stack, 'Copies'), deleteAfter: Duration.days(400) }, { destinationBackupVault: airGapped }],
  });
  const plan = new EfsBackupPlan(stack, 'Plan', {
    backupPlanName: 'every-prop',
    backupVault: vault,
    backupPlanRules: [weekly],
    backupTag: { key: 'plan', value: 'every' },
    removalPolicy: RemovalPolicy.DESTROY,
  });
  plan.addSelection('Selection', {
    backupSelectionName: 'every-prop', fileSystems: FileSystemSelector.fileSystems(new efs.CfnFileSystem(stack, 'Raw', { encrypted: true })),
  });
  new EfsBackupSelection(stack, 'ByTags', {
    backupPlan: plan.backupPlan, role: role('Selection'), fileSystems: FileSystemSelector.taggedWith({ key: 'one', value: '1' }, { key: 'two', value: '2' }),
  });
  const data = new BackedUpFileSystem(stack, 'Data', {
    vpc,
    vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
    securityGroup: new ec2.SecurityGroup(stack, 'SecurityGroup', { vpc }),
    kmsKey: key,
    fileSystemName: 'every-prop',
    lifecyclePolicy: efs.LifecyclePolicy.AFTER_30_DAYS,
    performanceMode: efs.PerformanceMode.GENERAL_PURPOSE,
    throughputMode: efs.ThroughputMode.PROVISIONED,
    provisionedThroughputPerSecond: Size.mebibytes(64),
    enableAutomaticBackups: true,
    backupPlan: plan,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const workflow = data.addRestoreWorkflow('Restore', {
    vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
    restoreRole: role('RestoreRole'),
    restoreTimeout: Duration.hours(30),
    requestDefaults: {
      afterRestore: AfterRestore.MOVE_INTO_PLACE, conflictPolicy: ConflictPolicy.REPLACE, recoveryDirectory: RecoveryDirectoryDisposal.KEEP,
    },
    clientMounts: [{ mountPoint: '/mnt/data', rootDirectory: '/projects' }],
    notificationTopic: new sns.Topic(stack, 'Topic', { masterKey: key, enforceSSL: true }),
    encryptionKey: key,
    logRetention: logs.RetentionDays.TWO_YEARS,
    runtime: lambda.Runtime.NODEJS_22_X,
  });
  workflow.grants.read(role('Auditors', 'lambda.amazonaws.com'));
  const efsBackup = new EfsBackup(stack, 'Backup', {
    fileSystems: [efs.CfnFileSystem.fromFileSystemId(stack, 'Imported', 'fs-0123456789abcdef0')],
    backupPlanRules: [backup.BackupPlanRule.monthly1Year()],
    backupTag: { key: 'another-plan', value: 'every' },
    encryption: VaultEncryption.existingKey(key),
    deletionExemptRoles: [role('ExemptToo')],
    deploymentRole: role('DeploymentToo'),
    removalPolicy: RemovalPolicy.DESTROY,
  });
  new EfsRestoreWorkflow(stack, 'OfAnImportedOne', {
    fileSystem: efs.CfnFileSystem.fromFileSystemId(stack, 'ImportedAgain', 'fs-0123456789abcdef0'),
    backupVault: efsBackup.vault,
    vpc,
    fileSystemSecurityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'MountTargets', 'sg-0123456789abcdef0')],
  });
  return stack;
}
