import { COUNT, DIALECT, FLAG, list, object, oneOf, TEXT } from './json-schema';
import { NewFileSystemPerformanceMode } from './new-file-system';
import { AfterRestore, ConflictPolicy, MergedDirectories, RecoveryDirectoryDisposal } from './restore-request';

const NEW_FILE_SYSTEM = object({}, {
  creationToken: TEXT,
  encrypted: FLAG,
  kmsKeyId: TEXT,
  performanceMode: oneOf(...Object.values(NewFileSystemPerformanceMode)),
  availabilityZoneName: TEXT,
});

const EXPECTATION = object({ path: TEXT }, {
  atLeastFiles: COUNT,
  newestFileWithinSeconds: { type: 'number', minimum: 0 },
  sha256: TEXT,
});

/**
 * The JSON Schema of a restore request: the input of an execution. It says which keys there are and what they hold, so that an editor
 * can help. Which keys go together, and what a good path is, says checkRestoreRequest. Nothing is required, since the workflow's
 * defaults may have it.
 */
export const RESTORE_REQUEST_SCHEMA: object = {
  $schema: DIALECT,
  title: 'Request of a restore',
  ...object({}, {
    items: list(TEXT),
    itemsSeenFrom: TEXT,
    fullRestore: FLAG,
    backupVaultName: TEXT,
    recoveryPointArn: TEXT,
    recoveryPointCreatedBefore: TEXT,
    newFileSystem: NEW_FILE_SYSTEM,
    afterRestore: oneOf(...Object.values(AfterRestore)),
    conflictPolicy: oneOf(...Object.values(ConflictPolicy)),
    mergedDirectories: oneOf(...Object.values(MergedDirectories)),
    recoveryDirectory: oneOf(...Object.values(RecoveryDirectoryDisposal)),
    dryRun: FLAG,
    expectations: list(EXPECTATION),
    allowConcurrentRestores: FLAG,
  }),
};
