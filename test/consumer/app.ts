// What a consumer's app looks like: compiled and synthesized against the packed tarball by run.mjs.
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import { App, Stack } from 'aws-cdk-lib/core';
import { AfterRestore, BackedUpFileSystem, EfsBackup, EfsRestoreWorkflow } from 'cdk-efs-backup';

const app = new App({ outdir: 'cdk.out' });
const stack = new Stack(app, 'Consumer');
const vpc = new ec2.Vpc(stack, 'Vpc', { natGateways: 0, maxAzs: 2 });
const data = new BackedUpFileSystem(stack, 'Data', { vpc });
const restore = data.addRestoreWorkflow('Restore');
restore.startExecutionCommand({ items: ['/projects/alpha/report.txt'], afterRestore: AfterRestore.MOVE_INTO_PLACE });

const existing = efs.CfnFileSystem.fromFileSystemId(stack, 'Existing', 'fs-0123456789abcdef0');
const backups = new EfsBackup(stack, 'Backup', { fileSystems: [existing] });
new EfsRestoreWorkflow(stack, 'RestoreExisting', { fileSystem: existing, backupVault: backups.vault, vpc });
app.synth();
