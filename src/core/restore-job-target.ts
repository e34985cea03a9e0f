/** What AWS Backup tells of a restore job beside its metadata. */
export interface ToldOfRestoreJob {
  readonly resourceType?: string;
  readonly createdResourceArn?: string;
  /** Set where restore testing started the job. */
  readonly restoreTestingPlanArn?: string;
}

/**
 * Whether a restore job restores into a file system; undefined where only its metadata tell. What was backed up (SourceResourceArn)
 * says nothing: a recovery point of one file system may be restored into another one, and a restore of this one into a new one.
 * That CreatedResourceArn is set for a restore into an existing file system is not documented, so its absence says nothing either.
 */
export function restoresInto(fileSystemArn: string, told: ToldOfRestoreJob): boolean | undefined {
  const { resourceType, createdResourceArn, restoreTestingPlanArn } = told;
  if (resourceType !== undefined && resourceType !== 'EFS') {
    return false;
  }
  if (createdResourceArn !== undefined) {
    return createdResourceArn === fileSystemArn;
  }
  // "Restore testing inferred metadata", AWS Backup Developer Guide: newFileSystem is true for EFS, and cannot be overridden
  return restoreTestingPlanArn === undefined ? undefined : false;
}

/**
 * Whether a restore job with this metadata restores into a file system; undefined where they do not say. "Restore an Amazon EFS file
 * system", AWS Backup Developer Guide: 'file-system-id' is the file system to restore into, and is ignored where 'newFileSystem' is
 * true. AWS writes the keys in several ways itself, so their case is not looked at.
 */
export function restoresIntoByMetadata(fileSystemId: string, metadata: Readonly<Record<string, string>>): boolean | undefined {
  const valuesOf = (key: string) => Object.entries(metadata).filter(([name]) => name.toLowerCase() === key).map(([, value]) => value);
  const isNew = valuesOf('newfilesystem');
  if (isNew.length > 0 && isNew.every((value) => value.trim().toLowerCase() === 'true')) {
    return false;
  }
  const ids = valuesOf('file-system-id').map((value) => value.trim().replace(/^.*\//, '')).filter((id) => id !== '');
  return ids.length === 0 ? undefined : ids.includes(fileSystemId);
}
