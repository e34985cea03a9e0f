// 100 file systems in one app: with the constructs of this library, or the same resources with those of aws-cdk-lib. Measured by run.mjs.
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const require = createRequire(path.join(ROOT, 'package.json'));
const { App, Duration, RemovalPolicy, Stack, Tags } = require('aws-cdk-lib/core');
const ec2 = require('aws-cdk-lib/aws-ec2');
const efs = require('aws-cdk-lib/aws-efs');
const backup = require('aws-cdk-lib/aws-backup');
const iam = require('aws-cdk-lib/aws-iam');

const [contender, outdir, count = '100'] = process.argv.slice(2);
const stack = new Stack(new App({ outdir, analyticsReporting: false }), 'Synth');
const vpc = new ec2.Vpc(stack, 'Vpc', { natGateways: 0, maxAzs: 2 });
const indexes = Array.from({ length: Number(count) }, (_, index) => index);

const contenders = {
  ours() {
    const { BackedUpFileSystem, EfsBackupPlan, EfsBackupVault } = require(path.join(ROOT, 'lib', 'index.js'));
    const plan = EfsBackupPlan.daily35Days(stack, 'Plan', { backupVault: new EfsBackupVault(stack, 'Vault') });
    indexes.forEach((index) => new BackedUpFileSystem(stack, `Data${index}`, { vpc, backupPlan: plan }));
  },
  l2() {
    const guard = (sid, ...actions) => new iam.PolicyStatement({ sid, effect: iam.Effect.DENY, principals: [new iam.AnyPrincipal()], actions, resources: ['*'] });
    const vault = new backup.BackupVault(stack, 'Vault', {
      accessPolicy: new iam.PolicyDocument({
        statements: [
          guard('DenyDeletionOfRecoveryPoints', 'backup:DeleteRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle'),
          guard('DenyLiftingThisPolicy', 'backup:PutBackupVaultAccessPolicy', 'backup:DeleteBackupVaultAccessPolicy', 'backup:DeleteBackupVault'),
        ],
      }),
    });
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('backup.amazonaws.com') });
    const plan = new backup.BackupPlan(stack, 'Plan', { backupVault: vault, backupPlanRules: [new backup.BackupPlanRule({ deleteAfter: Duration.days(35) })] });
    plan.addSelection('ByTag', { role, resources: [backup.BackupResource.fromTag('efs-backup-plan', 'plan')] });
    for (const index of indexes) {
      const fileSystem = new efs.FileSystem(stack, `Data${index}`, {
        vpc,
        encrypted: true,
        removalPolicy: RemovalPolicy.RETAIN,
        allowAnonymousAccess: true,
        fileSystemPolicy: new iam.PolicyDocument({
          statements: [new iam.PolicyStatement({
            principals: [new iam.AnyPrincipal()],
            actions: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite', 'elasticfilesystem:ClientRootAccess'],
            conditions: { Bool: { 'elasticfilesystem:AccessedViaMountTarget': 'true', 'aws:SecureTransport': 'true' } },
          })],
        }),
      });
      Tags.of(fileSystem).add('efs-backup-plan', 'plan', { includeResourceTypes: ['AWS::EFS::FileSystem'] });
    }
  },
};
contenders[contender]();
const template = stack.node.root.synth().getStackByName('Synth').template;
process.stdout.write(JSON.stringify({ resources: Object.keys(template.Resources).length }));
