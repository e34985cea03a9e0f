import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { BackupPeers } from './backup-peers';
import { VIA_BACKUP } from './vault-key-use';

export interface VaultKeyProps {
  readonly vaultName: string;
  readonly alias?: string;
  readonly removalPolicy: RemovalPolicy;
  /** ARNs of the roles that may delete the key. */
  readonly exemptRoleArns: readonly string[];
  readonly deploymentRoleArn: string;
}

/**
 * A customer managed key for a vault. Who deletes or disables it has deleted the backups, whatever guards the vault; so the key is
 * guarded as the vault is.
 *
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html
 */
export class VaultKey extends Construct {
  public readonly key: kms.Key;
  public readonly alias: string;
  private peers = 0;

  constructor(scope: Construct, id: string, props: VaultKeyProps) {
    super(scope, id);
    this.alias = props.alias ?? `alias/${props.vaultName}`;
    this.key = new kms.Key(this, 'Key', {
      alias: this.alias,
      description: `Encrypts the recovery points of the backup vault ${props.vaultName}`,
      enableKeyRotation: true,
      removalPolicy: props.removalPolicy,
      // the default policy stays: it leaves to IAM who in this account may use the key, the role of the plan for example
    });
    const deletesKey = props.removalPolicy === RemovalPolicy.DESTROY ? [props.deploymentRoleArn] : [];
    this.denyEveryoneBut('DenyDeletionOfTheKey', ['kms:ScheduleKeyDeletion', 'kms:DisableKey'], [...props.exemptRoleArns, ...deletesKey]);
    this.denyEveryoneBut('DenyLiftingThisPolicy', ['kms:PutKeyPolicy'], [...props.exemptRoleArns, props.deploymentRoleArn]);
  }

  /**
   * Lets other accounts copy into and from the vault and restore from it: the roles of their backup jobs through AWS Backup, and the
   * service-linked role with which AWS Backup writes a copy in its account.
   *
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/logicallyairgappedvault.html "Key policy for copy/restore"
   */
  public shareWith(peers: BackupPeers): void {
    this.peers += 1;
    const { principal, conditions } = peers._principal();
    const serviceLinkedRole = Stack.of(this).formatArn({
      service: 'iam', region: '', account: '*', resource: 'role', resourceName: 'aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup', arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    const use = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'];
    const forService = { Bool: { 'kms:GrantIsForAWSResource': 'true' } };
    // as a condition: a key policy that names a role as a principal is refused as long as the role does not exist
    const byService = { ArnLike: { 'aws:PrincipalArn': serviceLinkedRole } };
    this.allow(`AllowUse${this.peers}`, use, principal, { ...conditions, StringLike: VIA_BACKUP });
    this.allow(`AllowGrants${this.peers}`, ['kms:CreateGrant'], principal, { ...conditions, ...forService, StringLike: VIA_BACKUP });
    this.allow(`AllowUseByService${this.peers}`, use, principal, { ...conditions, ...byService });
    this.allow(`AllowGrantsByService${this.peers}`, ['kms:CreateGrant'], principal, { ...conditions, ...byService, ...forService });
  }

  private allow(sid: string, actions: string[], principal: iam.IPrincipal, conditions: Record<string, unknown>): void {
    this.key.addToResourcePolicy(new iam.PolicyStatement({ sid, actions, principals: [principal], resources: ['*'], conditions }));
  }

  private denyEveryoneBut(sid: string, actions: string[], roleArns: readonly string[]): void {
    this.key.addToResourcePolicy(new iam.PolicyStatement({
      sid,
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      actions,
      resources: ['*'],
      conditions: roleArns.length === 0 ? undefined : { ArnNotLike: { 'aws:PrincipalArn': [...roleArns] } },
    }));
  }
}
