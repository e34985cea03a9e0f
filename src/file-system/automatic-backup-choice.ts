/**
 * What the automatic backups of Amazon EFS have to do with the plan of a file system. Amazon EFS can back up a file system by itself:
 * daily at 05:00 UTC by default, kept for 35 days, in the vault `aws/efs/automatic-backup-vault`, whose policy denies restores until
 * somebody edits it. A new file system has that off, a One Zone file system on; each of these values writes it out.
 *
 * @see https://docs.aws.amazon.com/efs/latest/ug/automatic-backups.html
 */
export enum AutomaticBackups {
  /** The plan alone backs up the file system: automatic backups are switched off (`BackupPolicy` DISABLED), for One Zone too. */
  LEFT_TO_PLAN = 'LEFT_TO_PLAN',

  /**
   * Both: automatic backups are switched on (`BackupPolicy` ENABLED) beside the plan. That makes two chains of backups, each paid
   * for, whose jobs collide, since AWS Backup runs one job at a time for a file system. It warns, with an id to acknowledge: the
   * control CT.ELASTICFILESYSTEM.PR.2 of AWS Control Tower may demand it.
   */
  BESIDE_PLAN = 'BESIDE_PLAN',

  /**
   * Amazon EFS alone: automatic backups are switched on (`BackupPolicy` ENABLED), and there is neither a plan nor a vault of this
   * construct. What such backups lack: a vault that denies deletion by your rules, a schedule and a retention in the template.
   */
  INSTEAD_OF_PLAN = 'INSTEAD_OF_PLAN',
}
