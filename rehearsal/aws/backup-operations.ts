import type * as backup from '@aws-sdk/client-backup';
import { invalidParameterValue, resourceNotFound } from './aws-error';
import type { BackupVaults, BackupVault, RecoveryPoint } from './backup-vaults';
import type { ElasticFileSystem } from './elastic-file-system';
import type { Home } from './identifiers';
import { operation } from './operation';
import type { Operation } from './operation';
import { pageOf } from './paging';
import type { RestoreJob, RestoreJobs } from './restore-jobs';

export interface BackupOperationsOptions {
  readonly home: Home;
  readonly fileSystems: ReadonlyMap<string, ElasticFileSystem>;
  readonly vaults: BackupVaults;
  readonly restoreJobs: RestoreJobs;
  readonly pageSize: number;
}

const service = 'backup';
const PAGE_ERROR = 'InvalidParameterValueException';
const PAGING = { maxResults: { member: 'MaxResults', type: 'integer' }, nextToken: { member: 'NextToken', type: 'string' } } as const;
const RESTORE_JOB_STATUSES = ['PENDING', 'RUNNING', 'COMPLETED', 'ABORTED', 'FAILED'];

/** The members that DescribeRecoveryPoint and ListRecoveryPointsByBackupVault have in common. */
function describeRecoveryPoint(vault: BackupVault, point: RecoveryPoint): backup.RecoveryPointByBackupVault {
  return {
    RecoveryPointArn: point.recoveryPointArn,
    BackupVaultName: vault.backupVaultName,
    BackupVaultArn: vault.backupVaultArn,
    ResourceArn: point.fileSystem.arn,
    ResourceType: 'EFS',
    Status: point.status,
    CreationDate: point.creationDate,
    CompletionDate: point.completionDate,
    BackupSizeInBytes: point.backupSizeInBytes,
    IsEncrypted: true,
    VaultType: 'BACKUP_VAULT',
  };
}

/** The members that DescribeRestoreJob and the lists of restore jobs have in common. */
function describeRestoreJob({ account }: Home, { backupVaultArn }: BackupVault, job: RestoreJob): backup.RestoreJobsListMember {
  return {
    AccountId: account,
    RestoreJobId: job.restoreJobId,
    RecoveryPointArn: job.recoveryPoint.recoveryPointArn,
    SourceResourceArn: job.recoveryPoint.fileSystem.arn,
    BackupVaultArn: backupVaultArn,
    CreationDate: job.creationDate,
    CompletionDate: job.completionDate,
    Status: job.status,
    StatusMessage: job.statusMessage,
    PercentDone: `${job.percentDone.toFixed(2)}%`,
    BackupSizeInBytes: job.recoveryPoint.backupSizeInBytes,
    IamRoleArn: job.iamRoleArn,
    ResourceType: 'EFS',
    RecoveryPointCreationDate: job.recoveryPoint.creationDate,
    // whether it is set for a restore into an existing file system is unconfirmed, so nothing may need it
    CreatedResourceArn: job.createdResourceArn,
  };
}

function checkStatus(status: string | undefined): void {
  if (status !== undefined && !RESTORE_JOB_STATUSES.includes(status)) {
    throw invalidParameterValue(`Invalid status: ${status}`);
  }
}

/** The operations of AWS Backup that our workflows call; paths and names are those of its Smithy model. */
export function backupOperations({ home, fileSystems, vaults, restoreJobs, pageSize }: BackupOperationsOptions): Operation[] {
  const describeJob = (job: RestoreJob) => describeRestoreJob(home, vaults.vault(job.recoveryPoint.backupVaultName), job);
  return [
    operation<backup.ListRecoveryPointsByBackupVaultInput, backup.ListRecoveryPointsByBackupVaultOutput>({
      service,
      name: 'ListRecoveryPointsByBackupVault',
      method: 'GET',
      path: '/backup-vaults/:BackupVaultName/recovery-points',
      query: {
        ...PAGING,
        resourceArn: { member: 'ByResourceArn', type: 'string' },
        resourceType: { member: 'ByResourceType', type: 'string' },
        createdBefore: { member: 'ByCreatedBefore', type: 'instant' },
        createdAfter: { member: 'ByCreatedAfter', type: 'instant' },
      },
    }, ({ BackupVaultName, ByResourceArn, ByResourceType, ByCreatedBefore, ByCreatedAfter, MaxResults, NextToken }) => {
      const vault = vaults.vault(BackupVaultName!);
      // no order is documented: by ARN means by chance, so that nothing leans on the first or the last being the latest
      const points = vault.recoveryPoints
        .filter(({ fileSystem }) => ByResourceArn === undefined || fileSystem.arn === ByResourceArn)
        .filter(() => ByResourceType === undefined || ByResourceType === 'EFS')
        .filter(({ creationDate }) => ByCreatedBefore === undefined || creationDate < ByCreatedBefore)
        .filter(({ creationDate }) => ByCreatedAfter === undefined || creationDate > ByCreatedAfter)
        .sort((a, b) => (a.recoveryPointArn < b.recoveryPointArn ? -1 : 1));
      const page = pageOf(points, { maxResults: MaxResults, nextToken: NextToken, pageSize, errorCode: PAGE_ERROR });
      const answer = { RecoveryPoints: page.items.map((point) => describeRecoveryPoint(vault, point)), NextToken: page.nextToken };
      if (page.nextToken === undefined) {
        vaults.listed();
      }
      return answer;
    }),

    operation<backup.DescribeRecoveryPointInput, backup.DescribeRecoveryPointOutput>({
      service,
      name: 'DescribeRecoveryPoint',
      method: 'GET',
      path: '/backup-vaults/:BackupVaultName/recovery-points/:RecoveryPointArn',
      query: {},
    }, ({ BackupVaultName, RecoveryPointArn }) => ({
      ...describeRecoveryPoint(vaults.vault(BackupVaultName!), vaults.recoveryPoint(BackupVaultName!, RecoveryPointArn!)),
      StorageClass: 'WARM',
    })),

    operation<backup.GetRecoveryPointRestoreMetadataInput, backup.GetRecoveryPointRestoreMetadataOutput>({
      service,
      name: 'GetRecoveryPointRestoreMetadata',
      method: 'GET',
      path: '/backup-vaults/:BackupVaultName/recovery-points/:RecoveryPointArn/restore-metadata',
      query: {},
    }, ({ BackupVaultName, RecoveryPointArn }) => {
      const point = vaults.recoveryPoint(BackupVaultName!, RecoveryPointArn!);
      const { backupVaultArn } = vaults.vault(BackupVaultName!);
      return { BackupVaultArn: backupVaultArn, RecoveryPointArn, RestoreMetadata: point.restoreMetadata, ResourceType: 'EFS' };
    }),

    operation<backup.GetBackupVaultAccessPolicyInput, backup.GetBackupVaultAccessPolicyOutput>({
      service,
      name: 'GetBackupVaultAccessPolicy',
      method: 'GET',
      path: '/backup-vaults/:BackupVaultName/access-policy',
      query: {},
    }, ({ BackupVaultName }) => {
      const vault = vaults.vault(BackupVaultName!);
      if (vault.accessPolicy === undefined) {
        // the answer of AWS Backup as issue 2032 of turbot/steampipe-plugin-aws quotes it
        throw resourceNotFound(`Backup Vault ${vault.backupVaultArn} has no associated POLICY`);
      }
      return { BackupVaultName, BackupVaultArn: vault.backupVaultArn, Policy: vault.accessPolicy };
    }),

    operation<backup.StartRestoreJobInput, backup.StartRestoreJobOutput>({
      service,
      name: 'StartRestoreJob',
      method: 'PUT',
      path: '/restore-jobs',
      query: {},
    }, (input) => ({ RestoreJobId: restoreJobs.start(input).restoreJobId })),

    operation<backup.DescribeRestoreJobInput, backup.DescribeRestoreJobOutput>({
      service,
      name: 'DescribeRestoreJob',
      method: 'GET',
      path: '/restore-jobs/:RestoreJobId',
      query: {},
    }, async ({ RestoreJobId }) => describeJob(await restoreJobs.poll(RestoreJobId!))),

    operation<backup.GetRestoreJobMetadataInput, backup.GetRestoreJobMetadataOutput>({
      service,
      name: 'GetRestoreJobMetadata',
      method: 'GET',
      path: '/restore-jobs/:RestoreJobId/metadata',
      query: {},
    }, ({ RestoreJobId }) => ({ RestoreJobId, Metadata: restoreJobs.job(RestoreJobId!).metadata })),

    operation<backup.ListRestoreJobsInput, backup.ListRestoreJobsOutput>({
      service,
      name: 'ListRestoreJobs',
      method: 'GET',
      path: '/restore-jobs',
      query: {
        ...PAGING,
        resourceType: { member: 'ByResourceType', type: 'string' },
        status: { member: 'ByStatus', type: 'string' },
        completeAfter: { member: 'ByCompleteAfter', type: 'instant' },
        createdBefore: { member: 'ByCreatedBefore', type: 'instant' },
      },
    }, ({ ByResourceType, ByStatus, ByCompleteAfter, ByCreatedBefore, MaxResults, NextToken }) => {
      checkStatus(ByStatus);
      const jobs = [...restoreJobs.byId.values()]
        .filter(() => ByResourceType === undefined || ByResourceType === 'EFS')
        .filter(({ status }) => ByStatus === undefined || status === ByStatus)
        .filter(({ completionDate }) => ByCompleteAfter === undefined || (completionDate !== undefined && completionDate > ByCompleteAfter))
        .filter(({ creationDate }) => ByCreatedBefore === undefined || creationDate < ByCreatedBefore);
      const page = pageOf(jobs, { maxResults: MaxResults, nextToken: NextToken, pageSize, errorCode: PAGE_ERROR });
      return { RestoreJobs: page.items.map(describeJob), NextToken: page.nextToken };
    }),

    operation<backup.ListRestoreJobsByProtectedResourceInput, backup.ListRestoreJobsByProtectedResourceOutput>({
      service,
      name: 'ListRestoreJobsByProtectedResource',
      method: 'GET',
      path: '/resources/:ResourceArn/restore-jobs',
      query: { ...PAGING, status: { member: 'ByStatus', type: 'string' } },
    }, ({ ResourceArn, ByStatus, MaxResults, NextToken }) => {
      checkStatus(ByStatus);
      if (![...fileSystems.values()].some(({ arn }) => arn === ResourceArn)) {
        throw resourceNotFound(`Resource not found: ${ResourceArn}`); // documented as an error; for which resources is unconfirmed
      }
      const jobs = [...restoreJobs.byId.values()]
        .filter(({ recoveryPoint }) => recoveryPoint.fileSystem.arn === ResourceArn)
        .filter(({ status }) => ByStatus === undefined || status === ByStatus);
      const page = pageOf(jobs, { maxResults: MaxResults, nextToken: NextToken, pageSize, errorCode: PAGE_ERROR });
      return { RestoreJobs: page.items.map(describeJob), NextToken: page.nextToken };
    }),
  ];
}
