import type { IBackupVaultRef, ILogicallyAirGappedBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import type { Duration } from 'aws-cdk-lib/core';
import type { Problem } from '../core/problem';
import type { Retention } from '../core/vault-lock';
import { knownDays } from '../private/known-days';

/** What knows how long it lets recovery points be kept: `EfsBackupVault`, `EfsLogicallyAirGappedVault`, the destination of a copy. */
interface LimitsRetention {
  /** What the vault does not take; `subject` is the part of the plan that names the retention. */
  _checkRetention(subject: string, retention: Retention): Problem[];
}

function limitsRetention(vault: object): vault is LimitsRetention {
  return typeof (vault as Partial<LimitsRetention>)._checkRetention === 'function'; // vaults of aws-cdk-lib and imported ones tell no limits
}

/** What a vault does not take, if it is one that tells. */
export function checkRetentionIn(vault: object | undefined, subject: string, retention: Retention): Problem[] {
  return vault !== undefined && limitsRetention(vault) ? vault._checkRetention(subject, retention) : [];
}

const retentionOf = (deleteAfter: Duration | undefined): Retention => deleteAfter === undefined ? 'for ever' : knownDays(deleteAfter);

/** What a rule keeps, and where: `EfsBackupRule.props`. */
interface KeepingRule {
  readonly backupVault?: IBackupVaultRef;
  readonly logicallyAirGappedBackupVault?: ILogicallyAirGappedBackupVaultRef;
  readonly deleteAfter?: Duration;
  readonly copyActions?: ReadonlyArray<{ readonly deleteAfter?: Duration; readonly destination: LimitsRetention }>;
}

/**
 * Every retention of a rule that a vault does not take: its own in the vault that it writes to, and those of its copies in theirs.
 *
 * @param subject the rule, in the words of whoever wrote it.
 * @param planVault the vault of the plan, to which the rule writes unless it names its own.
 */
export function checkVaultLimits(subject: string, rule: KeepingRule, planVault: IBackupVaultRef | undefined): Problem[] {
  return [
    ...checkRetentionIn(rule.logicallyAirGappedBackupVault ?? rule.backupVault ?? planVault, `${subject}.deleteAfter`, retentionOf(rule.deleteAfter)),
    // a copy that names no retention of its own keeps that of the backup it is made from ("Backup and tag copy", AWS Backup Developer Guide)
    ...(rule.copyActions ?? []).flatMap(({ destination, deleteAfter }, index) =>
      destination._checkRetention(`${subject}.copyActions[${index}].deleteAfter`, retentionOf(deleteAfter ?? rule.deleteAfter))),
  ];
}
