import type { IBackupVaultRef, ILogicallyAirGappedBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import { Stack, Token } from 'aws-cdk-lib/core';
import type { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { airGappedVaultArn } from './air-gapped-vault-arn';
import { vaultInRegion } from './vault-in-region';
import type { Problem } from '../core/problem';
import { checkRetention } from '../core/vault-lock';
import type { Retention } from '../core/vault-lock';
import type { EfsBackupVaultProps } from '../vault/efs-backup-vault';
import { checkRetentionIn } from '../vault/retention-limits';

/** A copy of each recovery point of a rule, in another vault. */
export interface EfsCopyAction {
  /** The vault that the copies go to. */
  readonly destination: CopyDestination;

  /**
   * How long the copies are kept. It counts from the day of the backup, not of the copy.
   *
   * @default - as long as the recovery point that was copied
   */
  readonly deleteAfter?: Duration;

  /**
   * When the copies move to cold storage, at least 90 days before they are deleted.
   *
   * @default - as the recovery point that was copied
   */
  readonly moveToColdStorageAfter?: Duration;
}

/**
 * What a destination becomes in `AWS::Backup::BackupPlan`.
 *
 * @internal
 */
export interface BoundDestination {
  readonly arn: string;
  /** The vault, where it is more than an ARN. */
  readonly vault?: IBackupVaultRef;
}

/** `DestinationBackupVaultArn` (CopyAction, AWS Backup API reference). */
const BACKUP_VAULT_ARN = /^arn:aws[a-z-]*:backup:[a-z0-9-]+:\d{12}:backup-vault:([^:]+)$/;

/** Reserved in every account ("Working with supported services", AWS Backup Developer Guide). */
const AUTOMATIC_VAULT = 'aws/efs/automatic-backup-vault';

/**
 * The vault that copies go to.
 *
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-a-copy.html
 */
export abstract class CopyDestination {
  /**
   * A vault of this app, or an imported one.
   *
   * @param vault the vault. If it is in another account, its access policy must allow `backup:CopyIntoBackupVault` to this one.
   */
  public static backupVault(vault: IBackupVaultRef): CopyDestination {
    return new ReferencedVault(() => ({ arn: vault.backupVaultRef.backupVaultArn, vault }), vault);
  }

  /**
   * A logically air-gapped vault.
   *
   * @param vault the vault.
   */
  public static logicallyAirGappedBackupVault(vault: ILogicallyAirGappedBackupVaultRef): CopyDestination {
    return new ReferencedVault((scope) => ({ arn: airGappedVaultArn(scope, vault) }), undefined, vault);
  }

  /**
   * A vault that somebody else made, in this or another account of the organization, in this or another Region.
   *
   * @param backupVaultArn the ARN of the vault.
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html
   */
  public static backupVaultArn(backupVaultArn: string): CopyDestination {
    return new VaultArn(backupVaultArn);
  }

  /**
   * A vault that is made for the copies of the plan, in another Region of its account: an `EfsBackupVault` in a support stack of that
   * Region, which is deployed before the stack of the plan. The Region must be bootstrapped. All rules of a plan share it.
   *
   * @param region the Region, such as `eu-west-1`.
   * @param vaultProps what differs from the defaults of the vault.
   */
  public static region(region: string, vaultProps?: EfsBackupVaultProps): CopyDestination {
    return new VaultInRegion(region, vaultProps);
  }

  /**
   * The vault, if it exists already.
   *
   * @internal
   */
  public abstract readonly _vault?: IBackupVaultRef;

  /**
   * What is wrong with it as the destination of a plan.
   *
   * @internal
   */
  public abstract _check(scope: Construct, subject: string): Problem[];

  /**
   * How long copies cannot be kept there, as far as that is known.
   *
   * @internal
   */
  public abstract _checkRetention(subject: string, retention: Retention): Problem[];

  /**
   * What CloudFormation is to copy to; makes the vault where that is asked for.
   *
   * @internal
   */
  public abstract _bind(scope: Construct): BoundDestination;
}

class ReferencedVault extends CopyDestination {
  constructor(
    private readonly refer: (scope: Construct) => BoundDestination,
    public readonly _vault?: IBackupVaultRef,
    private readonly limits: object | undefined = _vault,
  ) {
    super();
  }

  public _checkRetention(subject: string, retention: Retention): Problem[] {
    return checkRetentionIn(this.limits, subject, retention);
  }

  public _check(scope: Construct, subject: string): Problem[] {
    const { arn } = this._bind(scope);
    return Token.isUnresolved(arn) ? [] : checkArn(scope, subject, arn);
  }

  public _bind(scope: Construct): BoundDestination {
    return this.refer(scope);
  }
}

class VaultArn extends CopyDestination {
  public readonly _vault = undefined;

  constructor(private readonly arn: string) {
    super();
  }

  public _checkRetention(): Problem[] {
    return []; // what is somebody else's, only AWS knows
  }

  public _check(scope: Construct, subject: string): Problem[] {
    return Token.isUnresolved(this.arn) ? [] : checkArn(scope, subject, this.arn);
  }

  public _bind(): BoundDestination {
    return { arn: this.arn };
  }
}

class VaultInRegion extends CopyDestination {
  public readonly _vault = undefined;

  constructor(private readonly region: string, private readonly vaultProps?: EfsBackupVaultProps) {
    super();
  }

  public _checkRetention(subject: string, retention: Retention): Problem[] {
    const { lock } = this.vaultProps ?? {};
    return lock === undefined ? [] : checkRetention(subject, `in ${this.region}`, lock._limits, retention);
  }

  public _check(scope: Construct, subject: string): Problem[] {
    if (Token.isUnresolved(this.region) || !/^[a-z]{2,}(-[a-z0-9]+)+$/.test(this.region)) {
      return [{
        subject,
        rule: 'must name a Region that is known at synth, since a stack is made for it',
        value: Token.isUnresolved(this.region) ? undefined : this.region,
        remedy: 'write it out, such as eu-west-1',
      }];
    }
    return Stack.of(scope).region !== this.region ? [] : [{
      subject,
      rule: 'must be another Region than that of the plan',
      value: this.region,
      remedy: 'use CopyDestination.backupVault(...) with a vault of this stack',
    }];
  }

  public _bind(scope: Construct): BoundDestination {
    return vaultInRegion(scope, this.region, this.vaultProps);
  }
}

function checkArn(scope: Construct, subject: string, arn: string): Problem[] {
  const [, name] = BACKUP_VAULT_ARN.exec(arn) ?? [];
  if (name === undefined) {
    return /\$\{Token\[/.test(arn) ? [] : [{
      subject, rule: 'must be the ARN of a backup vault', value: arn, remedy: 'write it as arn:aws:backup:<Region>:<account>:backup-vault:<name>',
    }];
  }
  const [, , , , account] = arn.split(':');
  const own = Stack.of(scope).account;
  if (name === AUTOMATIC_VAULT) {
    return [{ subject, rule: 'must not be the vault that is reserved for automatic backups of Amazon EFS', value: arn, remedy: 'copy to a vault of your own' }];
  }
  return name !== 'Default' || Token.isUnresolved(own) || own === account ? [] : [{
    subject, rule: 'must not be the default vault of another account, which takes no copies from outside', value: arn, remedy: 'copy to another vault of that account',
  }];
}
