/**
 * Compliance lock: backups that nobody can delete early, in a vault with a key of its own, and copies in an air-gapped vault.
 *
 * After 14 days the lock cannot be changed or removed, by anyone. To try it out, use `VaultLock.governance()` instead.
 *
 *   npx cdk deploy --app 'npx tsx examples/compliance-lock.ts'
 */
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import {
  BackedUpFileSystem, BackupPeers, ComplianceLockAcknowledgement, CopyDestination, EfsBackupPlan, EfsBackupRule, EfsBackupVault,
  EfsLogicallyAirGappedVault, VaultEncryption, VaultEvent, VaultLock,
} from '../src';

export class ComplianceLock extends Stack {
  constructor(app: App, id: string) {
    super(app, id);
    // a topic that AWS Backup publishes to cannot be encrypted with alias/aws/sns
    const masterKey = new kms.Key(this, 'TopicKey', { enableKeyRotation: true });
    const breakGlass = new iam.Role(this, 'BreakGlass', { assumedBy: new iam.AccountRootPrincipal() });

    const vault = new EfsBackupVault(this, 'Vault', {
      encryption: VaultEncryption.customerManagedKey(),
      deletionExemptRoles: [breakGlass], // may lift the access policy, and delete what the lock lets it
      copySources: [BackupPeers.organization('o-a1b2c3d4e5')],
      lock: VaultLock.compliance({
        minRetention: Duration.days(35),
        maxRetention: Duration.days(3650),
        coolingOffPeriod: Duration.days(14),
        acknowledgement: ComplianceLockAcknowledgement.NOBODY_INCLUDING_AWS_CAN_UNLOCK_THE_VAULT_OR_DELETE_ITS_BACKUPS_EARLY,
      }),
      notificationTopic: new sns.Topic(this, 'Jobs', { masterKey, enforceSSL: true }),
      notificationEvents: [VaultEvent.BACKUP_JOB_COMPLETED, VaultEvent.COPY_JOB_FAILED, VaultEvent.RECOVERY_POINT_MODIFIED],
    });
    const airGapped = new EfsLogicallyAirGappedVault(this, 'AirGapped', {
      minRetention: Duration.days(35),
      maxRetention: Duration.days(400),
      deletionExemptRoles: [breakGlass],
    });

    const plan = new EfsBackupPlan(this, 'Plan', {
      backupVault: vault, // every rule and every copy is checked against the limits of both vaults
      backupPlanRules: [new EfsBackupRule({
        ruleName: 'Daily',
        scheduleExpression: events.Schedule.cron({ hour: '3', minute: '0' }),
        deleteAfter: Duration.days(365),
        copyActions: [{ destination: CopyDestination.backupVault(airGapped) }],
      })],
    });
    new BackedUpFileSystem(this, 'Ledger', { vpc: new ec2.Vpc(this, 'Vpc', { natGateways: 0, maxAzs: 2 }), backupPlan: plan });
  }
}

export const app = new App();
new ComplianceLock(app, 'ComplianceLock');
