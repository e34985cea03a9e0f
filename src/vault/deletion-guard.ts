import * as iam from 'aws-cdk-lib/aws-iam';
import type { IRoleRef } from 'aws-cdk-lib/aws-iam';

/**
 * Whom the deletion guard of a vault lets through.
 *
 * @internal
 */
export interface DeletionGuardExemptions {
  /** ARNs of the roles that may delete recovery points and lift the guard: the break-glass roles. */
  readonly exemptRoleArns: readonly string[];
  /** ARN of the role that CloudFormation deploys with: it may change the vault, but deletes no recovery point. */
  readonly deploymentRoleArn: string;
  /** ARN of the role that empties the vault before it is deleted: it deletes recovery points, and may not lift the guard. */
  readonly emptyingRoleArn?: string;
}

/** Who may change the lock of a vault. */
export enum LockChanges {
  /** Whoever has the permission by IAM, and no service control policy that denies it. */
  LEFT_TO_IAM = 'LEFT_TO_IAM',
  /**
   * Nobody but the exempt roles and the role that deploys the vault: who may not can neither lift a governance lock, nor put a
   * compliance lock on the vault that lets all further backups fail for good. AWS documents no vault access policy with these actions:
   * deploy a vault of its own with it first. If AWS Backup refuses the policy, the deployment fails and is rolled back.
   */
  DENIED = 'DENIED',
}

/** What every guard may be told. */
export interface DeletionGuardOptions {
  /**
   * Who may change the lock of the vault.
   *
   * @default LockChanges.LEFT_TO_IAM
   */
  readonly lockChanges?: LockChanges;
}

/** What `DeletionGuard.likeAutomaticVault` leaves open. */
export interface AutomaticVaultGuardOptions extends DeletionGuardOptions {
  /**
   * Roles that may restore and copy recovery points of the vault, and still not delete them: the role of the state machine of an
   * `EfsRestoreWorkflow`, for example.
   *
   * @default - only the roles that may also delete
   */
  readonly restoreRoles?: IRoleRef[];
}

/** A shorter life is a deletion: a lifecycle of one day deletes tomorrow. */
const DELETION = ['backup:DeleteRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle'];

/** A guard that anyone can lift with one call is none. */
const LIFTING = ['backup:PutBackupVaultAccessPolicy', 'backup:DeleteBackupVaultAccessPolicy', 'backup:DeleteBackupVault'];

/**
 * That AWS Backup takes these in a vault access policy is UNCONFIRMED ("Vault access policies", AWS Backup Developer Guide: the samples
 * have neither), and a policy that it refuses fails every deployment: so nobody gets them without asking.
 */
const LOCK = ['backup:PutBackupVaultLockConfiguration', 'backup:DeleteBackupVaultLockConfiguration'];

/** What the vault of the automatic backups denies besides. */
const USE = ['backup:StartRestoreJob', 'backup:StartCopyJob'];

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
 * What the access policy of a vault denies, so that its recovery points are not deleted by hand. Every guard protects itself too: it
 * cannot be lifted but by the exempt roles and by the role that deploys the vault.
 *
 * Recovery points still expire: AWS Backup's own vault for automatic backups of Amazon EFS denies DeleteRecoveryPoint to everyone,
 * and its recovery points expire after 35 days all the same.
 *
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html
 */
export abstract class DeletionGuard {
  /**
   * Nobody but the exempt roles deletes recovery points or shortens their life. Who may restore and copy is up to IAM.
   *
   * @param options what else it denies.
   */
  public static standard(options: DeletionGuardOptions = {}): DeletionGuard {
    return new StandardGuard(options);
  }

  /**
   * Denies what the vault `aws/efs/automatic-backup-vault` denies: besides deletion, restoring and copying its recovery points, until
   * somebody opens the vault. Unlike that vault it cannot be opened by everyone who may change access policies, but by the exempt
   * roles and by a deployment.
   *
   * @param options whom it lets restore and copy all the same.
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-efs.html
   */
  public static likeAutomaticVault(options: AutomaticVaultGuardOptions = {}): DeletionGuard {
    return new AutomaticVaultGuard(options, (options.restoreRoles ?? []).map((role) => role.roleRef.roleArn));
  }

  /**
   * The statements of the access policy.
   *
   * @internal
   */
  public abstract _statements(exemptions: DeletionGuardExemptions): iam.PolicyStatement[];
}

class StandardGuard extends DeletionGuard {
  constructor(private readonly options: DeletionGuardOptions) {
    super();
  }

  public _statements({ exemptRoleArns, deploymentRoleArn, emptyingRoleArn }: DeletionGuardExemptions): iam.PolicyStatement[] {
    const emptying = emptyingRoleArn === undefined ? [] : [emptyingRoleArn];
    return [
      // One statement for all five: the AWS Config rule behind the control BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED looks for a
      // Deny with DeleteRecoveryPoint, UpdateRecoveryPointLifecycle and PutBackupVaultAccessPolicy, on every principal and resource
      // ("backup-recovery-point-manual-deletion-disabled", AWS Config Developer Guide).
      denyEveryoneBut('DenyDeletionAndLiftingThisPolicy', [...DELETION, ...LIFTING], [...exemptRoleArns, deploymentRoleArn, ...emptying]),
      // the deployment changes the vault, and still deletes no recovery point
      denyEveryoneBut('DenyDeletionOfRecoveryPoints', DELETION, [...exemptRoleArns, ...emptying]),
      // whoever empties the vault deletes, and still lifts no guard
      ...(emptying.length === 0 ? [] : [denyEveryoneBut('DenyLiftingThisPolicy', LIFTING, [...exemptRoleArns, deploymentRoleArn])]),
      ...(this.options.lockChanges === LockChanges.DENIED ? [denyEveryoneBut('DenyChangingTheLock', LOCK, [...exemptRoleArns, deploymentRoleArn])] : []),
    ];
  }
}

class AutomaticVaultGuard extends StandardGuard {
  constructor(options: DeletionGuardOptions, private readonly restoreRoleArns: readonly string[]) {
    super(options);
  }

  public _statements(exemptions: DeletionGuardExemptions): iam.PolicyStatement[] {
    return [...super._statements(exemptions), denyEveryoneBut('DenyRestoringAndCopying', USE, [...exemptions.exemptRoleArns, ...this.restoreRoleArns])];
  }
}
