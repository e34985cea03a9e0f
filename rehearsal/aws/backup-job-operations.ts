import type * as backup from '@aws-sdk/client-backup';
import type { BackupJob, BackupJobs } from './backup-jobs';
import type { BackupVaults } from './backup-vaults';
import type { Home } from './identifiers';
import { operation } from './operation';
import type { Operation } from './operation';
import { pageOf } from './paging';

export interface BackupJobOperationsOptions {
  readonly home: Home;
  readonly vaults: BackupVaults;
  readonly backupJobs: BackupJobs;
  readonly pageSize: number;
}

const service = 'backup';

/** The operations of AWS Backup that are about backup jobs; paths and names are those of its Smithy model. */
export function backupJobOperations({ home, vaults, backupJobs, pageSize }: BackupJobOperationsOptions): Operation[] {
  const describe = (job: BackupJob): backup.BackupJob => ({
    AccountId: home.account,
    BackupJobId: job.backupJobId,
    BackupVaultName: job.backupVaultName,
    BackupVaultArn: vaults.vault(job.backupVaultName).backupVaultArn,
    RecoveryPointArn: job.recoveryPoint?.recoveryPointArn,
    ResourceArn: job.fileSystem.arn,
    CreationDate: job.creationDate,
    CompletionDate: job.completionDate,
    State: job.state,
    StatusMessage: job.statusMessage,
    PercentDone: `${job.percentDone.toFixed(2)}`,
    BackupSizeInBytes: job.recoveryPoint?.backupSizeInBytes,
    IamRoleArn: job.iamRoleArn,
    ResourceType: 'EFS',
  });
  return [
    operation<backup.StartBackupJobInput, backup.StartBackupJobOutput>({
      service,
      name: 'StartBackupJob',
      method: 'PUT',
      path: '/backup-jobs',
      query: {},
    }, (input) => {
      const job = backupJobs.start(input);
      // RecoveryPointArn: documented for Amazon EFS; here it is known at the end only, so that nothing leans on it
      return { BackupJobId: job.backupJobId, CreationDate: job.creationDate };
    }),

    operation<backup.DescribeBackupJobInput, backup.DescribeBackupJobOutput>({
      service,
      name: 'DescribeBackupJob',
      method: 'GET',
      path: '/backup-jobs/:BackupJobId',
      query: {},
    }, async ({ BackupJobId }) => describe(await backupJobs.poll(BackupJobId!))),

    operation<backup.ListBackupJobsInput, backup.ListBackupJobsOutput>({
      service,
      name: 'ListBackupJobs',
      method: 'GET',
      path: '/backup-jobs',
      query: {
        maxResults: { member: 'MaxResults', type: 'integer' },
        nextToken: { member: 'NextToken', type: 'string' },
        resourceArn: { member: 'ByResourceArn', type: 'string' },
        state: { member: 'ByState', type: 'string' },
        backupVaultName: { member: 'ByBackupVaultName', type: 'string' },
      },
    }, (input) => {
      const page = pageOf(backupJobs.list(input), { maxResults: input.MaxResults, nextToken: input.NextToken, pageSize, errorCode: 'InvalidParameterValueException' });
      return { BackupJobs: page.items.map(describe), NextToken: page.nextToken };
    }),
  ];
}
