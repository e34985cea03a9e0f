import { Duration, Size, SizeRoundingBehavior } from 'aws-cdk-lib/core';
import { describeDuration, estimateBackup, estimateRestore } from '../core/sizing';

/** How much a file system is expected to hold. */
export interface EfsExpectedData {
  /** The size of all files. */
  readonly size: Size;

  /** The number of files and directories. */
  readonly files: number;
}

/**
 * How long AWS Backup may take for a file system, by the rates that AWS expects: 2,000 files a second or 400 MB a second for a backup,
 * 1,500 files a second or 200 MB a second for a restore, whichever is slower. Large directories and single large files are slower still.
 *
 * @see https://docs.aws.amazon.com/efs/latest/ug/awsbackup.html#backup-performance
 */
export class EfsBackupEstimate {
  /**
   * The estimate for a file system.
   *
   * @param data what it holds.
   */
  public static forData(data: EfsExpectedData): EfsBackupEstimate {
    return new EfsBackupEstimate(data);
  }

  /** The first backup, which is full. Later ones hold what has changed. */
  public readonly fullBackup: Duration;

  /** A restore of everything. */
  public readonly fullRestore: Duration;

  /** The estimate in one sentence, for an output or a runbook. */
  public readonly summary: string;

  private constructor({ size, files }: EfsExpectedData) {
    const data = { bytes: size.toBytes({ rounding: SizeRoundingBehavior.NONE }), files };
    const [backup, restore] = [estimateBackup(data), estimateRestore(data)];
    this.fullBackup = Duration.seconds(backup.seconds);
    this.fullRestore = Duration.seconds(restore.seconds);
    const because = (limitedBy: string) => limitedBy === 'FILES' ? 'by the number of files' : 'by the size';
    this.summary = `a full backup takes about ${describeDuration(backup.seconds)} (${because(backup.limitedBy)}), `
      + `a full restore about ${describeDuration(restore.seconds)} (${because(restore.limitedBy)})`;
  }
}
