import { Template } from 'aws-cdk-lib/assertions';
import * as backup from 'aws-cdk-lib/aws-backup';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { App, CfnOutput, Duration, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib/core';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import { ExistingFileSystems } from '../examples/existing-file-systems';
import { OnDemandBeforeDeploy } from '../examples/on-demand-before-deploy';
import { QuickStart } from '../examples/quick-start';
import {
  AutomaticBackups, AutomaticBackupVaultAccess, BackedUpFileSystem, BackupPeers, CleanupMode, EfsAutomaticBackups, EfsBackupPlan, EfsBackupVault,
  EfsLogicallyAirGappedVault, EfsRegionOptIn, RegionOptInMode, RestoreApprovalStage, VaultEncryption, VaultLock, WorkflowHook,
} from '../src';

/** What the examples do not show. */
class TheRest extends Stack {
  constructor(scope: App, id: string) {
    super(scope, id);
    const vpc = new ec2.Vpc(this, 'Vpc', { natGateways: 0, maxAzs: 2 });
    const vault = new EfsBackupVault(this, 'Vault', {
      encryption: VaultEncryption.customerManagedKey({ sharedWith: [BackupPeers.account('210987654321')] }),
      copySources: [BackupPeers.organization('o-a1b2c3d4e5'), BackupPeers.account('210987654321')],
      lock: VaultLock.governance({ minRetention: Duration.days(7) }),
    });
    const plan = EfsBackupPlan.grandfatherFatherSon(this, 'Plan', { backupVault: vault });
    const data = new BackedUpFileSystem(this, 'Data', { vpc, backupPlan: plan, finalBackup: {}, removalPolicy: RemovalPolicy.DESTROY });
    const stop = WorkflowHook.invokeFunction(lambda.Function.fromFunctionName(this, 'Stop', 'stop'));
    const start = WorkflowHook.startStateMachine(sfn.StateMachine.fromStateMachineName(this, 'Start', 'start'));
    const workflow = data.addRestoreWorkflow('Restore', {
      moreBackupVaults: [backup.BackupVault.fromBackupVaultName(this, 'AutomaticVault', 'aws/efs/automatic-backup-vault')],
      allowNewFileSystems: true,
      approval: { topic: new sns.Topic(this, 'Approvers'), stages: [RestoreApprovalStage.BEFORE_RESTORE, RestoreApprovalStage.BEFORE_MOVE] },
      hooks: { beforeRestore: stop, afterRestore: start, beforeMove: start, afterMove: stop },
      workers: 4,
    });
    workflow.addCleanup('Cleanup', { mode: CleanupMode.DELETE, workers: 4 });
    new CfnOutput(this, 'Console', { value: workflow.consoleUrl });
    new BackedUpFileSystem(this, 'Automatic', { vpc, automaticBackups: AutomaticBackups.INSTEAD_OF_PLAN });
    new EfsBackupVault(this, 'ThrownAway', { removalPolicy: RemovalPolicy.DESTROY, autoDeleteRecoveryPoints: true });
    new EfsLogicallyAirGappedVault(this, 'AirGapped', { minRetention: Duration.days(7), maxRetention: Duration.days(30) });
    new AutomaticBackupVaultAccess(this, 'Access');
    new EfsAutomaticBackups(this, 'Setting', { fileSystem: data });
    new EfsRegionOptIn(this, 'OptIn', { mode: RegionOptInMode.ENABLE });
  }
}

const STACKS = { ExistingFileSystems, OnDemandBeforeDeploy, QuickStart, TheRest };
const REGIONS: Array<[string, string]> = [['cn-north-1', 'aws-cn'], ['us-gov-west-1', 'aws-us-gov'], ['eu-central-1', 'aws']];

describe.each(REGIONS)('in %s', (region, partition) => {
  test.each(Object.entries(STACKS))('%s names no partition but its own', (name, Made) => {
    const stage = new Stage(new App({ context: flags }), 'Stage', { env: { account: '123456789012', region } });
    const template = JSON.stringify(Template.fromStack(new Made(stage as unknown as App, name)).toJSON());
    expect([...new Set(template.match(/\barn:aws[a-z-]*:/g) ?? [])].filter((found) => found !== `arn:${partition}:`)).toEqual([]);
  });
});
