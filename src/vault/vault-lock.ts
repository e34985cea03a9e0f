import type { Duration } from 'aws-cdk-lib/core';
import type { Problem } from '../core/problem';
import { checkCoolingOff, checkRetentionLimits, SHORTEST_LOCKED_RETENTION_DAYS } from '../core/vault-lock';
import type { RetentionLimits } from '../core/vault-lock';
import { knownDays } from '../private/known-days';

/** How long a locked vault lets recovery points be kept. */
export interface VaultLockOptions {
  /**
   * The shortest retention: backup and copy jobs whose recovery points would be deleted earlier fail. 1 to 36,500 whole days.
   *
   * @default - 1 day, the least that AWS Backup takes
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultLockConfiguration.html
   */
  readonly minRetention?: Duration;

  /**
   * The longest retention: backup and copy jobs whose recovery points would be kept longer, or for ever, fail. Up to 36,500 whole
   * days, and not shorter than `minRetention`.
   *
   * @default - no limit
   */
  readonly maxRetention?: Duration;
}

/** What the one who locks a vault in compliance mode has understood. */
export enum ComplianceLockAcknowledgement {
  /**
   * After the cooling-off period the lock cannot be changed or removed, by anyone: no administrator, not the root user of the
   * account, not AWS. Recovery points stay, and are paid for, until their retention ends; the vault stays as long as there are any.
   *
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
   */
  NOBODY_INCLUDING_AWS_CAN_UNLOCK_THE_VAULT_OR_DELETE_ITS_BACKUPS_EARLY = 'NOBODY_INCLUDING_AWS_CAN_UNLOCK_THE_VAULT_OR_DELETE_ITS_BACKUPS_EARLY',
}

/** Options of a vault lock in compliance mode. */
export interface ComplianceLockOptions extends VaultLockOptions {
  /**
   * The time, from the deployment of the lock, in which it can still be changed and removed: 3 to 36,500 whole days. The vault
   * denies the deletion of recovery points in this time, too.
   *
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultLockConfiguration.html
   */
  readonly coolingOffPeriod: Duration;

  /** That you know what cannot be undone. */
  readonly acknowledgement: ComplianceLockAcknowledgement;
}

/**
 * What a lock is in CloudFormation.
 *
 * @internal
 */
export interface LockConfiguration {
  readonly minRetentionDays: number;
  readonly maxRetentionDays?: number;
  readonly changeableForDays?: number;
}

/**
 * AWS Backup Vault Lock: nobody deletes recovery points of a locked vault, or shortens their life, whatever policies say. The two
 * modes differ in who can take the lock back.
 *
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
 */
export abstract class VaultLock {
  /**
   * A lock that whoever has the permission `backup:DeleteBackupVaultLockConfiguration` can take back, and so can a deployment.
   *
   * @param options how long recovery points may be kept.
   */
  public static governance(options: VaultLockOptions = {}): VaultLock {
    return new GovernanceLock(options);
  }

  /**
   * A lock that nobody can take back after its cooling-off period.
   *
   * @param options how long recovery points may be kept, and that you know what cannot be undone.
   */
  public static compliance(options: ComplianceLockOptions): VaultLock {
    return new ComplianceLock(options);
  }

  /** Whether the lock becomes irrevocable. */
  public abstract readonly irrevocable: boolean;

  /**
   * The limits, as far as they are known at synth.
   *
   * @internal
   */
  public readonly _limits: RetentionLimits;

  protected constructor(private readonly options: VaultLockOptions) {
    this._limits = { minRetentionDays: knownDays(options.minRetention), maxRetentionDays: knownDays(options.maxRetention) };
  }

  /**
   * Everything that AWS Backup would refuse.
   *
   * @internal
   */
  public _check(): Problem[] {
    return checkRetentionLimits('lock.', this._limits, SHORTEST_LOCKED_RETENTION_DAYS);
  }

  /**
   * What CloudFormation is to configure.
   *
   * @internal
   */
  public _bind(): LockConfiguration {
    return {
      // CloudFormation requires it (AWS::Backup::BackupVault LockConfigurationType)
      minRetentionDays: this.options.minRetention?.toDays() ?? SHORTEST_LOCKED_RETENTION_DAYS,
      maxRetentionDays: this.options.maxRetention?.toDays(),
    };
  }
}

class GovernanceLock extends VaultLock {
  public readonly irrevocable = false;

  constructor(options: VaultLockOptions) {
    super(options);
  }
}

class ComplianceLock extends VaultLock {
  public readonly irrevocable = true;

  constructor(private readonly compliance: ComplianceLockOptions) {
    super(compliance);
  }

  public _check(): Problem[] {
    const acknowledged: unknown = this.compliance.acknowledgement;
    const problems = [...super._check(), ...checkCoolingOff('lock.coolingOffPeriod', knownDays(this.compliance.coolingOffPeriod))];
    if (acknowledged !== ComplianceLockAcknowledgement.NOBODY_INCLUDING_AWS_CAN_UNLOCK_THE_VAULT_OR_DELETE_ITS_BACKUPS_EARLY) {
      problems.push({ // who writes no types reaches this
        subject: 'lock.acknowledgement',
        rule: 'must say what cannot be undone',
        value: acknowledged,
        remedy: `use ComplianceLockAcknowledgement.${Object.keys(ComplianceLockAcknowledgement)[0]}, or VaultLock.governance()`,
      });
    }
    return problems;
  }

  public _bind(): LockConfiguration {
    // that it is there makes the mode (ChangeableForDays, PutBackupVaultLockConfiguration)
    return { ...super._bind(), changeableForDays: this.compliance.coolingOffPeriod.toDays() };
  }
}
