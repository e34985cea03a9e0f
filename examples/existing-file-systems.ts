/**
 * Existing file systems: backed up by ID and by tag, whoever made them, and restored like new ones.
 *
 *   npx cdk deploy --app 'npx tsx examples/existing-file-systems.ts'
 */
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { App, CfnOutput, Stack } from 'aws-cdk-lib/core';
import { EfsBackup, EfsFileSystemBackupGrants, EfsOnDemandBackup, EfsRestoreWorkflow, FileSystemSelector } from '../src';

export class ExistingFileSystems extends Stack {
  constructor(app: App, id: string) {
    super(app, id);

    // by ID: this one, in the account and Region of the stack
    const home = efs.CfnFileSystem.fromFileSystemId(this, 'Home', 'fs-0123456789abcdef0');
    const backups = new EfsBackup(this, 'Backup', {
      fileSystems: [home],
      backupTag: { key: 'backup', value: 'daily' }, // and everything that carries this tag
    });

    // by tag: whatever carries all of these, there today or made tomorrow, EFS only
    backups.plan.addSelection('Research', {
      fileSystems: FileSystemSelector.taggedWith({ key: 'department', value: 'research' }, { key: 'stage', value: 'production' }),
    });

    // what else a file system of this library would have
    const onDemand = new EfsOnDemandBackup(this, 'BeforeMaintenance', { fileSystem: home, backupVault: backups.vault });
    new EfsRestoreWorkflow(this, 'Restore', {
      fileSystem: home,
      backupVault: backups.vault,
      vpc: new ec2.Vpc(this, 'Vpc', { natGateways: 0, maxAzs: 2 }), // the one with its mount targets: ec2.Vpc.fromLookup(...)
      fileSystemSecurityGroups: [ec2.SecurityGroup.fromSecurityGroupId(this, 'MountTargets', 'sg-0123456789abcdef0')],
    });
    EfsFileSystemBackupGrants.fromFileSystem(home).readBackupState(new iam.Role(this, 'Auditors', { assumedBy: new iam.AccountRootPrincipal() }));

    new CfnOutput(this, 'BackUpNow', { value: onDemand.startExecutionCommand() });
  }
}

export const app = new App();
new ExistingFileSystems(app, 'ExistingFileSystems');
