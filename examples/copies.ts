/**
 * Copies of the backups in another Region and in another account: the account that owns the data, and a central account whose vault takes
 * copies of the whole organization. Deploy the central account first.
 *
 *   npx cdk deploy --all --app 'npx tsx examples/copies.ts'
 */
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import type { Environment } from 'aws-cdk-lib/core';
import { BackedUpFileSystem, BackupPeers, CopyDestination, EfsBackupPlan, EfsBackupVault, VaultEncryption } from '../src';

const ORGANIZATION = 'o-a1b2c3d4e5';
const CENTRAL_VAULT = 'central-efs-copies';

/** In the central account: a vault that the accounts of the organization copy into, and nobody deletes from. */
export class CentralVault extends Stack {
  constructor(app: App, id: string, env: Environment) {
    super(app, id, { env });
    const organization = BackupPeers.organization(ORGANIZATION);
    new EfsBackupVault(this, 'Vault', {
      backupVaultName: CENTRAL_VAULT,
      encryption: VaultEncryption.customerManagedKey(),
      copySources: [organization],
    });
  }
}

/** In the account of the data: a file system whose backups are copied to a second Region and to the central account. */
export class CopiedFileSystem extends Stack {
  constructor(app: App, id: string, env: Environment, central: Required<Environment>) {
    super(app, id, { env });
    const plan = EfsBackupPlan.grandfatherFatherSon(this, 'Plan', {
      copyActions: [
        { destination: CopyDestination.region('eu-west-1') }, // a vault in a support stack of that Region
        {
          destination: CopyDestination.backupVaultArn(`arn:aws:backup:${central.region}:${central.account}:backup-vault:${CENTRAL_VAULT}`),
          deleteAfter: Duration.days(365),
        },
      ],
    });
    new BackedUpFileSystem(this, 'Data', { vpc: new ec2.Vpc(this, 'Vpc', { natGateways: 0, maxAzs: 2 }), backupPlan: plan });
  }
}

export const app = new App();
const central = { account: '210987654321', region: 'eu-central-1' };
new CentralVault(app, 'CentralVault', central);
new CopiedFileSystem(app, 'CopiedFileSystem', { account: '123456789012', region: 'eu-central-1' }, central);
