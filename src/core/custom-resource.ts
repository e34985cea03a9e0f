/** What the constructs of custom resources and their function have in common. */

/** What a custom resource is about; each kind has a function and a role of its own. */
export enum CustomResourceKind {
  /** Automatic backups of a file system that exists already: PutBackupPolicy. */
  AUTOMATIC_BACKUPS = 'AutomaticBackups',
  /** The recovery points of a vault, which are deleted before the vault is. */
  RECOVERY_POINTS = 'RecoveryPoints',
  /** The access policy of the vault for automatic backups. */
  AUTOMATIC_BACKUP_VAULT_ACCESS = 'AutomaticBackupVaultAccess',
  /** Whether AWS Backup backs up Amazon EFS in the Region. */
  REGION_OPT_IN = 'RegionOptIn',
  /** The backup that is made before a file system is deleted. */
  FINAL_BACKUP = 'FinalBackup',
}

/** The properties of each kind, as CloudFormation hands them over: texts only. */
export interface AutomaticBackupsProperties {
  readonly FileSystemId: string;
  readonly Status: 'ENABLED' | 'DISABLED';
}

export interface RecoveryPointsProperties {
  readonly BackupVaultName: string;
}

export interface AutomaticBackupVaultAccessProperties {
  /** ARNs of the only roles that may restore and copy; everyone may if the list is empty. */
  readonly RoleArns: string[];
}

export interface RegionOptInProperties {
  readonly Mode: 'CHECK' | 'ENABLE';
}

export interface FinalBackupProperties {
  readonly FileSystemId: string;
  readonly FileSystemArn: string;
  readonly BackupVaultName: string;
  readonly RoleArn: string;
  /** In days; left out for recovery points that are kept for ever. */
  readonly DeleteAfterDays?: string;
  readonly Unfinished: 'FAIL' | 'GO_ON';
}

/**
 * The tag of a vault whose recovery points may be deleted with it. CloudFormation also deletes the custom resource when only
 * the prop is taken back and the vault stays; the tag is gone by then, so that nothing is deleted.
 */
export const AUTO_DELETE_TAG = 'cdk-efs-backup:auto-delete-recovery-points';

/** The vault of the automatic backups of Amazon EFS (Amazon EFS User Guide, "Automatic backups"). */
export const AUTOMATIC_BACKUP_VAULT = 'aws/efs/automatic-backup-vault';

/**
 * For how long a custom resource may go on. CloudFormation waits for an hour ("ServiceTimeout", AWS::CloudFormation::CustomResource);
 * ten minutes less, so that it is told what was waited for, and not only that the time is over.
 */
export const CUSTOM_RESOURCE_PATIENCE_MINUTES = 50;
