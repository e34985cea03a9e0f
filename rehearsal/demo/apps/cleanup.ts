/** A file system with a restore workflow and a cleanup that deletes: the app of the scenarios of the cleanup. */
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as sns from 'aws-cdk-lib/aws-sns';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import { BackedUpFileSystem, CleanupMode, EfsBackupPlan, EfsBackupRule, EfsBackupVault, RecoveryDirectoryCleanup, UnprovenDirectories } from '../../../src';
import { RETENTION_SECONDS } from '../retention';

export const app = new App();
const stack = new Stack(app, 'CleanedFileSystem');
const vpc = new ec2.Vpc(stack, 'Vpc', { natGateways: 0, maxAzs: 2 });
const backupVault = new EfsBackupVault(stack, 'Vault');
const backupPlan = new EfsBackupPlan(stack, 'Plan', { backupVault, backupPlanRules: [EfsBackupRule.daily()] });
const data = new BackedUpFileSystem(stack, 'Data', { vpc, backupPlan });
new RecoveryDirectoryCleanup(stack, 'Cleanup', {
  fileSystem: data,
  vpc,
  mode: CleanupMode.DELETE,
  unprovenDirectories: UnprovenDirectories.CLEAN_UP, // no restore job made what the scenarios make
  deleteAfter: Duration.seconds(RETENTION_SECONDS),
  restoreWorkflows: [data.addRestoreWorkflow('Restore')],
  notificationTopic: new sns.Topic(stack, 'Cleanups', { enforceSSL: true }),
});
