import * as backup from 'aws-cdk-lib/aws-backup';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { App, CfnOutput, Duration, RemovalPolicy, Size, Stack, Validations } from 'aws-cdk-lib/core';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import { QuickStart } from '../../examples/quick-start';
import {
  AfterRestore, AutomaticBackupVaultAccess, AutomaticBackups, AutomaticBackupsStatus, BackedUpFileSystem, BackupPeers, CleanupMode, ClientAccess,
  ComplianceLockAcknowledgement, ConflictPolicy, CopyDestination, DeletionGuard, EfsAutomaticBackups, EfsBackup, EfsBackupPlan, EfsBackupRule,
  EfsBackupSelection, EfsBackupVault, EfsFileSystemPolicy, EfsLogicallyAirGappedVault, EfsRegionOptIn, EfsRestoreWorkflow, FileSystemSelector,
  FinalBackup, RecoveryDirectoryDisposal, RegionOptInMode, RestoreApprovalStage, UnfinishedFinalBackup, VaultEncryption, VaultEvent, VaultLock,
  WorkflowHook,
} from '../../src';
import { WarningId } from '../../src/private/warnings';

/** The quick start, as a new app has it. */
export function quickStart(context: Record<string, unknown> = {}, outdir?: string): QuickStart {
  return new QuickStart(new App({ context: { ...flags, 'aws:cdk:disable-creation-stack-traces': true, ...context }, outdir }), 'QuickStart');
}

/** What the user of the quick start brings: not ours to judge. */
export const USERS = ['Vpc', 'Restores', 'Approvers', 'Operators', 'Custom::VpcRestrictDefaultSGCustomResourceProvider', 'Key'];

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

/** A restore workflow with everything switched on, and a cleanup beside it, with a customer managed key wherever one is taken. */
export function everyRestore(context: Record<string, unknown> = {}): Stack {
  const stack = new Stack(new App({ context: { ...flags, ...context } }), 'EveryRestore');
  const encryptionKey = new kms.Key(stack, 'Key', { enableKeyRotation: true });
  const topic = (id: string) => new sns.Topic(stack, id, { enforceSSL: true, masterKey: encryptionKey });
  const backupVault = new EfsBackupVault(stack, 'Vault', { encryption: VaultEncryption.existingKey(encryptionKey) });
  const data = new BackedUpFileSystem(stack, 'Data', {
    vpc: new ec2.Vpc(stack, 'Vpc', { natGateways: 0, maxAzs: 2 }), kmsKey: encryptionKey, backupPlan: new EfsBackupPlan(stack, 'Plan', { backupVault }),
  });
  const stop = WorkflowHook.invokeFunction(lambda.Function.fromFunctionName(stack, 'Stop', 'stop'));
  const start = WorkflowHook.startStateMachine(sfn.StateMachine.fromStateMachineName(stack, 'Start', 'start'));
  const workflow = data.addRestoreWorkflow('Restore', {
    encryptionKey,
    notificationTopic: topic('Restores'),
    moreBackupVaults: [backup.BackupVault.fromBackupVaultName(stack, 'Automatic', 'aws/efs/automatic-backup-vault')],
    allowNewFileSystems: true,
    approval: { topic: topic('Approvers'), stages: [RestoreApprovalStage.BEFORE_RESTORE, RestoreApprovalStage.BEFORE_MOVE] },
    hooks: { beforeRestore: stop, afterRestore: start, beforeMove: stop, afterMove: start },
    workers: 8,
  });
  workflow.addCleanup('Cleanup', { encryptionKey, mode: CleanupMode.DELETE });
  return stack;
}

/** Every custom resource with every prop, each set to something else than its default. */
export function settings(context: Record<string, unknown> = {}): Stack {
  const stack = new Stack(new App({ context: { ...flags, ...context } }), 'Settings');
  const logEncryptionKey = new kms.Key(stack, 'Key', { enableKeyRotation: true });
  const fileSystem = efs.CfnFileSystem.fromFileSystemId(stack, 'Imported', 'fs-0123456789abcdef0');
  const backupVault = new EfsBackupVault(stack, 'Vault', { removalPolicy: RemovalPolicy.DESTROY, autoDeleteRecoveryPoints: true });
  const plan = new EfsBackupPlan(stack, 'Plan', { backupVault });
  new EfsAutomaticBackups(stack, 'Automatic', { fileSystem, status: AutomaticBackupsStatus.DISABLED, removalPolicy: RemovalPolicy.RETAIN, logEncryptionKey });
  new FinalBackup(stack, 'Final', {
    fileSystem, backupVault, role: plan.role, deleteAfter: Duration.days(90), unfinished: UnfinishedFinalBackup.GO_ON, logEncryptionKey,
  });
  new AutomaticBackupVaultAccess(stack, 'Access', { roles: [plan.role], logEncryptionKey });
  new EfsRegionOptIn(stack, 'OptIn', { mode: RegionOptInMode.ENABLE, logEncryptionKey });
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
  const weekly = new EfsBackupRule({
    ruleName: 'Weekly',
    scheduleExpression: events.Schedule.cron({ weekDay: 'SUN', hour: '2', minute: '30' }),
    startWindow: Duration.hours(1),
    completionWindow: Duration.hours(12),
    deleteAfter: Duration.days(365),
    moveToColdStorageAfter: Duration.days(30),
    copyActions: [
      { destination: CopyDestination.backupVault(new EfsBackupVault(stack, 'Copies')), deleteAfter: Duration.days(400) },
      { destination: CopyDestination.backupVault(airGapped) },
    ],
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
    backupPlan: plan, role: role('Selection'), fileSystems: FileSystemSelector.taggedWith({ key: 'one', value: '1' }, { key: 'two', value: '2' }),
  });
  const fileSystemPolicy = EfsFileSystemPolicy.iamClientsOnly();
  fileSystemPolicy.allowClients(ClientAccess.READ_WRITE, role('Clients', 'ec2.amazonaws.com'));
  fileSystemPolicy.denyClientsWithoutTls();
  fileSystemPolicy.allowBackup(plan.role);
  const data = new BackedUpFileSystem(stack, 'Data', {
    vpc,
    vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
    fileSystemPolicy,
    replicationConfiguration: efs.ReplicationConfiguration.regionalFileSystem('eu-central-1'),
    replicationOverwriteProtection: efs.ReplicationOverwriteProtection.ENABLED,
    outOfInfrequentAccessPolicy: efs.OutOfInfrequentAccessPolicy.AFTER_1_ACCESS,
    securityGroup: new ec2.SecurityGroup(stack, 'SecurityGroup', { vpc }),
    kmsKey: key,
    fileSystemName: 'every-prop',
    lifecyclePolicy: efs.LifecyclePolicy.AFTER_30_DAYS,
    performanceMode: efs.PerformanceMode.GENERAL_PURPOSE,
    throughputMode: efs.ThroughputMode.PROVISIONED,
    provisionedThroughputPerSecond: Size.mebibytes(64),
    automaticBackups: AutomaticBackups.BESIDE_PLAN,
    backupPlan: plan,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  Validations.of(data).acknowledge({ id: WarningId.AUTOMATIC_BACKUPS_BESIDE_PLAN, reason: 'every prop, so this one too' });
  data.addAccessPoint('AccessPoint', { path: '/projects', posixUser: { uid: '1000', gid: '1000' } });
  new BackedUpFileSystem(stack, 'OneZone', {
    vpc,
    availabilityZone: vpc.availabilityZones[0],
    backupPlan: plan,
    throughputMode: efs.ThroughputMode.ELASTIC,
    lifecyclePolicy: efs.LifecyclePolicy.AFTER_30_DAYS,
    transitionToArchivePolicy: efs.LifecyclePolicy.AFTER_90_DAYS,
  });
  const step = lambda.Function.fromFunctionName(stack, 'Step', 'step');
  const hook = () => WorkflowHook.invokeFunction(step, { timeout: Duration.minutes(5) });
  data.addOnDemandBackup('OnDemand', {
    deleteAfter: Duration.days(120),
    moveToColdStorageAfter: Duration.days(30),
    startWindow: Duration.hours(2),
    backupTimeout: Duration.days(1),
    otherJobTimeout: Duration.hours(3),
    before: WorkflowHook.invokeFunction(lambda.Function.fromFunctionName(stack, 'Pause', 'pause'), { timeout: Duration.minutes(5) }),
    after: WorkflowHook.startStateMachine(sfn.StateMachine.fromStateMachineName(stack, 'Resume', 'resume'), { timeout: Duration.minutes(30) }),
    removalPolicy: RemovalPolicy.DESTROY,
    encryptionKey: key,
    logRetention: logs.RetentionDays.TWO_YEARS,
  }).grants.read(role('Watchers', 'lambda.amazonaws.com'));
  const workflow = data.addRestoreWorkflow('Restore', {
    vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
    restoreRole: role('RestoreRole'),
    restoreTimeout: Duration.hours(30),
    requestDefaults: {
      afterRestore: AfterRestore.MOVE_INTO_PLACE,
      conflictPolicy: ConflictPolicy.REPLACE,
      recoveryDirectory: RecoveryDirectoryDisposal.KEEP,
      dryRun: true,
      expectations: [{ path: '/projects', atLeastFiles: 1000 }],
    },
    clientMounts: [{ mountPoint: '/mnt/data', rootDirectory: '/projects' }],
    itemsPerRestoreJob: 3,
    moreBackupVaults: [backup.BackupVault.fromBackupVaultName(stack, 'MoreBackups', 'more-backups')],
    allowNewFileSystems: true,
    approval: {
      topic: new sns.Topic(stack, 'Approvers', { masterKey: key, enforceSSL: true }),
      stages: [RestoreApprovalStage.BEFORE_RESTORE, RestoreApprovalStage.BEFORE_MOVE],
      timeout: Duration.hours(12),
    },
    hooks: {
      beforeRestore: hook(),
      afterRestore: WorkflowHook.startStateMachine(sfn.StateMachine.fromStateMachineName(stack, 'Restored', 'restored'), { timeout: Duration.minutes(30) }),
      beforeMove: hook(),
      afterMove: hook(),
    },
    operationsPerSecond: 2000,
    workers: 4,
    notificationTopic: new sns.Topic(stack, 'Topic', { masterKey: key, enforceSSL: true }),
    encryptionKey: key,
    logRetention: logs.RetentionDays.TWO_YEARS,
    runtime: lambda.Runtime.NODEJS_22_X,
  });
  workflow.grants.read(role('Auditors', 'lambda.amazonaws.com'));
  workflow.grants.startExecution(role('Starters', 'lambda.amazonaws.com'));
  workflow.grants.approve(role('ApproversRole', 'lambda.amazonaws.com'));
  workflow.metricFailed().createAlarm(stack, 'RestoresFailed', { threshold: 1, evaluationPeriods: 1 });
  new CfnOutput(stack, 'Commands', { value: [workflow.listRecoveryPointsCommand(), workflow.listExecutionsCommand(), workflow.describeExecutionCommand(), workflow.consoleUrl].join('\n') });
  const efsBackup = new EfsBackup(stack, 'Backup', {
    fileSystems: [efs.CfnFileSystem.fromFileSystemId(stack, 'Imported', 'fs-0123456789abcdef0')],
    backupPlanRules: [EfsBackupRule.monthly()],
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
