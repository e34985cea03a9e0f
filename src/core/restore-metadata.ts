import { NewFileSystemPerformanceMode } from './new-file-system';
import type { NewFileSystem } from './new-file-system';
import type { Problem } from './problem';

/**
 * AWS Backup: the metadata of a restore has at most 200 KB ("Restore an Amazon EFS file system", AWS Backup Developer Guide).
 * Whether that is 200,000 or 204,800 bytes is not documented: the smaller one is safe.
 */
export const LARGEST_METADATA_BYTES = 200_000;

/** What is restored, and where to. */
export interface RestoreMetadataOptions {
  /** The metadata of the recovery point as GetRecoveryPointRestoreMetadata gives it. */
  readonly recoveryPointMetadata: Readonly<Record<string, string>>;
  /** The file system that the recovery point was made of, and into which it is restored. */
  readonly fileSystemId: string;
  /** The items; undefined for a full restore. */
  readonly items?: readonly string[];
  /** The file system to make; undefined to restore into the one that was backed up. */
  readonly newFileSystem?: NewFileSystem & { readonly creationToken: string };
}

/**
 * What we alone decide. AWS writes these keys in several ways itself (`ItemsToRestore` in "Restore an Amazon EFS file system",
 * `itemsToRestore` in the example of StartRestoreJob), so they are told apart from the rest whatever their case.
 */
const OUR_KEYS = ['file-system-id', 'newfilesystem', 'itemstorestore'];
const KEYS_OF_A_NEW_ONE = ['creationtoken', 'encrypted', 'kmskeyid', 'singleazfilesystem', 'availabilityzonename'];

/** The exact metadata map of StartRestoreJob. Every value is a string. */
export function buildRestoreMetadata({ recoveryPointMetadata, fileSystemId, items, newFileSystem }: RestoreMetadataOptions): Record<string, string> {
  const ours = [...OUR_KEYS, ...(newFileSystem === undefined ? [] : [...KEYS_OF_A_NEW_ONE, ...(performanceModeOf(newFileSystem) === undefined ? [] : ['performancemode'])])];
  return {
    ...Object.fromEntries(Object.entries(recoveryPointMetadata).filter(([key]) => !ours.includes(key.toLowerCase()))),
    'file-system-id': fileSystemId,
    'newFileSystem': String(newFileSystem !== undefined),
    ...(newFileSystem === undefined ? {} : metadataOfNewFileSystem(newFileSystem)),
    ...(items === undefined ? {} : { ItemsToRestore: JSON.stringify(items) }),
  };
}

/** One Zone has one mode only, whichever the file system had that was backed up. */
const performanceModeOf = ({ performanceMode, availabilityZoneName }: NewFileSystem): NewFileSystemPerformanceMode | undefined =>
  performanceMode ?? (availabilityZoneName === undefined ? undefined : NewFileSystemPerformanceMode.GENERAL_PURPOSE);

function metadataOfNewFileSystem(newFileSystem: NonNullable<RestoreMetadataOptions['newFileSystem']>): Record<string, string> {
  const { creationToken, encrypted = true, kmsKeyId, availabilityZoneName } = newFileSystem;
  const performanceMode = performanceModeOf(newFileSystem);
  return {
    CreationToken: creationToken,
    Encrypted: String(encrypted),
    ...(kmsKeyId === undefined ? {} : { KmsKeyId: kmsKeyId }),
    ...(performanceMode === undefined ? {} : { PerformanceMode: performanceMode }),
    ...(availabilityZoneName === undefined ? {} : { singleAzFilesystem: 'true', availabilityZoneName }),
  };
}

/** The problem of metadata that AWS Backup would refuse for its size. */
export function checkRestoreMetadataSize(metadata: Readonly<Record<string, string>>): Problem[] {
  const bytes = new TextEncoder().encode(JSON.stringify(metadata)).length;
  return bytes <= LARGEST_METADATA_BYTES ? [] : [{
    subject: 'items',
    rule: `must fit into ${LARGEST_METADATA_BYTES} bytes of restore metadata, the limit of AWS Backup`,
    value: `${bytes} bytes`,
    remedy: 'restore common parent directories instead, or start several restores',
  }];
}
