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
}

/**
 * What we alone decide. AWS writes these keys in several ways itself (`ItemsToRestore` in "Restore an Amazon EFS file system",
 * `itemsToRestore` in the example of StartRestoreJob), so they are told apart from the rest whatever their case.
 */
const OUR_KEYS = ['file-system-id', 'newfilesystem', 'itemstorestore'];

/** The exact metadata map of StartRestoreJob for a restore into the existing file system. Every value is a string. */
export function buildRestoreMetadata(options: RestoreMetadataOptions): Record<string, string> {
  return {
    ...Object.fromEntries(Object.entries(options.recoveryPointMetadata).filter(([key]) => !OUR_KEYS.includes(key.toLowerCase()))),
    'file-system-id': options.fileSystemId,
    'newFileSystem': 'false',
    ...(options.items === undefined ? {} : { ItemsToRestore: JSON.stringify(options.items) }),
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
