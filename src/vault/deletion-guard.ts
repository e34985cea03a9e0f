import * as iam from 'aws-cdk-lib/aws-iam';

/** Who the deletion guard of a vault lets through. */
export interface DeletionGuardExemptions {
  /** ARNs of the roles that may delete recovery points and lift the guard. */
  readonly exemptRoleArns: readonly string[];
  /** ARN of the role that CloudFormation deploys with: it may change the vault, but deletes no recovery point. */
  readonly deploymentRoleArn: string;
  /** ARN of the role that empties the vault before it is deleted: it deletes recovery points, and may not lift the guard. */
  readonly emptyingRoleArn?: string;
}

function denyEveryoneBut(sid: string, actions: string[], roleArns: readonly string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid,
    effect: iam.Effect.DENY,
    principals: [new iam.AnyPrincipal()],
    actions, // spelled out: AWS Backup accepts no wildcards in the actions of a vault access policy (AWS Backup Developer Guide)
    resources: ['*'],
    // aws:PrincipalArn is the ARN of the role, not of its session, and matches however the role was assumed
    conditions: roleArns.length === 0 ? undefined : { ArnNotLike: { 'aws:PrincipalArn': [...roleArns] } },
  });
}

/**
 * The statements of a vault access policy that keep its recovery points from being deleted by hand. Two, because a guard that
 * anyone can lift with one PutBackupVaultAccessPolicy is none, and one that CloudFormation cannot change is a trap.
 *
 * Recovery points still expire: AWS Backup's own vault for automatic backups of Amazon EFS denies DeleteRecoveryPoint to everyone,
 * and its recovery points expire after 35 days all the same.
 *
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html
 */
export function deletionGuard(exemptions: DeletionGuardExemptions): iam.PolicyStatement[] {
  return [
    denyEveryoneBut('DenyDeletionOfRecoveryPoints', [
      'backup:DeleteRecoveryPoint',
      'backup:UpdateRecoveryPointLifecycle', // a lifecycle of one day is a deletion
    ], [...exemptions.exemptRoleArns, ...(exemptions.emptyingRoleArn === undefined ? [] : [exemptions.emptyingRoleArn])]),
    denyEveryoneBut('DenyLiftingThisPolicy', [
      'backup:PutBackupVaultAccessPolicy',
      'backup:DeleteBackupVaultAccessPolicy',
      'backup:DeleteBackupVault',
    ], [...exemptions.exemptRoleArns, exemptions.deploymentRoleArn]),
  ];
}
