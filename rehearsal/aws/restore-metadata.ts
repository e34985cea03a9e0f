import type { RecoveryPoint } from './backup-vaults';

/** What the metadata of a restore job asks for, or why the job must fail. */
export type RestorePlan = { readonly items?: readonly string[]; readonly creationToken?: string } | { readonly refusal: string };

/** The keys of "Restore an Amazon EFS file system", AWS Backup Developer Guide. */
const KEYS = [
  'file-system-id', 'newFileSystem', 'CreationToken', 'Encrypted', 'KmsKeyId', 'PerformanceMode', 'ItemsToRestore',
  'singleAzFilesystem', 'availabilityZoneName', 'aws:backup:request-id',
];

function itemsOf(text: string): string[] | undefined {
  let items: unknown;
  try {
    items = JSON.parse(text);
  } catch {
    return undefined;
  }
  const isPath = (item: unknown): item is string => typeof item === 'string' && item.startsWith('/')
    && item.slice(1).split('/').every((component) => !['', '.', '..'].includes(component)) && !item.includes('\0');
  return Array.isArray(items) && items.length > 0 && items.every(isPath) ? items : undefined;
}

/** An item inside another one comes with it. */
function withoutNested(items: readonly string[]): string[] {
  return [...new Set(items)].filter((item) => !items.some((other) => item.startsWith(`${other}/`)));
}

type Target = { readonly creationToken?: string } | { readonly refusal: string };

function existingTarget(fileSystem: RecoveryPoint['fileSystem']): Target {
  if (fileSystem.readOnly) {
    // follows from "the destination file system is read-only" (Amazon EFS User Guide, "Replicating file systems"); not stated itself
    return { refusal: `File system ${fileSystem.fileSystemId} is read-only: it is the destination of a replication` };
  }
  return fileSystem.lifeCycleState === 'available' ? {} : { refusal: `File system ${fileSystem.fileSystemId} is not available: ${fileSystem.lifeCycleState}` };
}

function newTarget({ CreationToken, Encrypted, KmsKeyId }: Readonly<Record<string, string>>): Target {
  if (CreationToken === undefined || CreationToken.length < 1 || CreationToken.length > 64) {
    return { refusal: `Invalid restore metadata: CreationToken ${CreationToken}` }; // accepted, and the job fails (aws-cli issue 4467)
  }
  return KmsKeyId !== undefined && Encrypted !== 'true' ? { refusal: 'Invalid restore metadata: KmsKeyId without Encrypted' } : { creationToken: CreationToken };
}

/**
 * Reads the metadata of a job, as AWS Backup does after StartRestoreJob has long answered: metadata that cannot work is accepted
 * and the job fails later (aws-cli issue 4467). The texts of AWS are not documented; these are the rehearsal's.
 *
 * Unconfirmed, and taken strictly here, so that nothing leans on AWS being lenient: keys in another case or unknown ones, a
 * missing newFileSystem, items without a leading '/', with empty components or '.' or '..', the root as an item, and a restore
 * into another existing file system than the one that was backed up (the console does not offer it).
 */
export function planRestore(metadata: Readonly<Record<string, string>>, { fileSystem }: RecoveryPoint): RestorePlan {
  const unknown = Object.keys(metadata).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) {
    return { refusal: `Invalid restore metadata: unknown key ${unknown}` };
  }
  if (metadata['file-system-id'] !== fileSystem.fileSystemId) {
    return { refusal: `Invalid restore metadata: file-system-id ${metadata['file-system-id']} is not the file system of the recovery point` };
  }
  if (metadata.newFileSystem !== 'false' && metadata.newFileSystem !== 'true') {
    return { refusal: `Invalid restore metadata: newFileSystem ${metadata.newFileSystem}` };
  }
  const target = metadata.newFileSystem === 'true' ? newTarget(metadata) : existingTarget(fileSystem);
  if ('refusal' in target) {
    return target;
  }
  if (metadata.ItemsToRestore === undefined) {
    return target;
  }
  const items = itemsOf(metadata.ItemsToRestore);
  return items ? { ...target, items: withoutNested(items) } : { refusal: 'Invalid restore metadata: ItemsToRestore is not a JSON array of absolute paths' };
}
