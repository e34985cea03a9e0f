import * as fc from 'fast-check';
import { checkRestoreRequest } from '../../src/core/check-restore-request';
import type { RestoreRequestOptions } from '../../src/core/check-restore-request';
import { NewFileSystemPerformanceMode } from '../../src/core/new-file-system';
import { describeProblem } from '../../src/core/problem';
import { AfterRestore, ConflictPolicy, MergedDirectories, RecoveryDirectoryDisposal } from '../../src/core/restore-request';
import type { RestoreRequest } from '../../src/core/restore-request';

export const ARN = 'arn:aws:backup:eu-central-1:111122223333:recovery-point:1EB3B5E7-9EB0-435A-A80B-108B488B0D45';
export const TOKEN = '${Token[TOKEN.1]}';

export const OPTIONS: RestoreRequestOptions = {
  mounts: [{ mountPoint: '/mnt/efs' }, { mountPoint: '/srv/projects', rootDirectory: '/projects' }],
  home: { partition: 'aws', region: 'eu-central-1', account: '111122223333' },
  isUnresolved: (value) => typeof value === 'string' && value.includes(TOKEN),
  partial: false,
  itemsPerRestoreJob: 5,
};

/** The problems of a request, in words. */
export const words = (input: unknown, options: Partial<RestoreRequestOptions> = {}): string[] =>
  checkRestoreRequest(input, { ...OPTIONS, ...options }).map(describeProblem);

const component = fc.string({ unit: fc.constantFrom(...'abcXYZ019 ._-+()#~@,', 'ä', '日', '😀'), minLength: 1, maxLength: 8 })
  .filter((name) => name !== '.' && name !== '..');
const paths = fc.array(component, { minLength: 1, maxLength: 4 }).map((names) => `/${names.join('/')}`);

const newFileSystems = fc.record({
  creationToken: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 64 }),
  encrypted: fc.boolean(),
  kmsKeyId: fc.constantFrom('alias/files', 'arn:aws:kms:eu-central-1:111122223333:key/1'),
  performanceMode: fc.constantFrom(...Object.values(NewFileSystemPerformanceMode)),
  availabilityZoneName: fc.constantFrom('eu-central-1a', 'us-gov-west-1b'),
}, { requiredKeys: [] });

const expectations = fc.array(fc.record({
  path: fc.oneof(fc.constant('/'), paths),
  atLeastFiles: fc.nat(),
  newestFileWithinSeconds: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
  sha256: fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF'), minLength: 64, maxLength: 64 }),
}, { requiredKeys: ['path'] }), { maxLength: 3 });

/** Requests whose every part is good; what does not go together may be in them. */
export const requests = fc.record({
  items: fc.uniqueArray(paths, { minLength: 1, maxLength: 7 }),
  itemsSeenFrom: fc.constantFrom('fsap-0123456789abcdef0', '/mnt/efs', '/srv/projects'),
  fullRestore: fc.boolean(),
  backupVaultName: fc.constantFrom('Vault', 'aws/efs/automatic-backup-vault'),
  recoveryPointArn: fc.constant(ARN),
  recoveryPointCreatedBefore: fc.constantFrom('2026-11-23T03:00:00Z', '2026-11-23T03:00+05:30', '2026-11-23T03:00:00.123456789Z'),
  newFileSystem: newFileSystems,
  afterRestore: fc.constantFrom(...Object.values(AfterRestore)),
  conflictPolicy: fc.constantFrom(...Object.values(ConflictPolicy)),
  mergedDirectories: fc.constantFrom(...Object.values(MergedDirectories)),
  recoveryDirectory: fc.constantFrom(...Object.values(RecoveryDirectoryDisposal)),
  dryRun: fc.boolean(),
  expectations,
  allowConcurrentRestores: fc.boolean(),
}, { requiredKeys: [] }) as fc.Arbitrary<RestoreRequest>;

/** Leaves out, or displaces, what does not go together. */
function reconcile(request: RestoreRequest): RestoreRequest {
  const { items = ['/a'], itemsSeenFrom, fullRestore, newFileSystem, afterRestore, recoveryPointArn, recoveryPointCreatedBefore, expectations: expected, ...rest } = request;
  const { conflictPolicy, mergedDirectories, recoveryDirectory, dryRun, ...others } = rest;
  const keeps = newFileSystem !== undefined || afterRestore === AfterRestore.KEEP;
  const { kmsKeyId, performanceMode, ...another } = newFileSystem ?? {};
  return JSON.parse(JSON.stringify({
    ...others,
    ...(fullRestore ? { fullRestore } : { items: items.slice(0, keeps || expected !== undefined ? 5 : 7), itemsSeenFrom, fullRestore }),
    ...(recoveryPointArn === undefined ? { recoveryPointCreatedBefore } : { recoveryPointArn }),
    ...(afterRestore === AfterRestore.MOVE_INTO_PLACE && !keeps ? { conflictPolicy, mergedDirectories, recoveryDirectory, dryRun } : {}),
    afterRestore: newFileSystem === undefined || afterRestore === undefined ? afterRestore : AfterRestore.KEEP,
    newFileSystem: newFileSystem && {
      ...another,
      ...(another.encrypted === false ? {} : { kmsKeyId }),
      ...(another.availabilityZoneName === undefined ? { performanceMode } : {}),
    },
    expectations: keeps ? undefined : expected,
  })) as RestoreRequest;
}

/** Requests that are let through. */
export const goodRequests = requests.map(reconcile).filter((request) => words(request).length === 0);
