import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { App, Duration, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib/core';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import { ExistingFileSystems } from '../examples/existing-file-systems';
import { OnDemandBeforeDeploy } from '../examples/on-demand-before-deploy';
import { QuickStart } from '../examples/quick-start';
import {
  AutomaticBackups, AutomaticBackupVaultAccess, BackedUpFileSystem, BackupPeers, CleanupMode, EfsAutomaticBackups, EfsBackupPlan, EfsBackupVault,
  EfsLogicallyAirGappedVault, EfsRegionOptIn, RegionOptInMode, VaultEncryption, VaultLock,
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
    data.addRestoreWorkflow('Restore').addCleanup('Cleanup', { mode: CleanupMode.DELETE, workers: 4 });
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
