import type * as backup from '@aws-sdk/client-backup';
import type * as efs from '@aws-sdk/client-efs';

type Call<Input, Output> = (input: Input) => Promise<Output>;

/** The operations of AWS that the control plane needs, and no others. The entry point makes them of the real clients. */
export interface Aws {
  listRecoveryPointsByBackupVault: Call<backup.ListRecoveryPointsByBackupVaultCommandInput, backup.ListRecoveryPointsByBackupVaultCommandOutput>;
  describeRecoveryPoint: Call<backup.DescribeRecoveryPointCommandInput, backup.DescribeRecoveryPointCommandOutput>;
  getRecoveryPointRestoreMetadata: Call<backup.GetRecoveryPointRestoreMetadataCommandInput, backup.GetRecoveryPointRestoreMetadataCommandOutput>;
  listRestoreJobsByProtectedResource: Call<
    backup.ListRestoreJobsByProtectedResourceCommandInput,
    backup.ListRestoreJobsByProtectedResourceCommandOutput
  >;
  getBackupVaultAccessPolicy: Call<backup.GetBackupVaultAccessPolicyCommandInput, backup.GetBackupVaultAccessPolicyCommandOutput>;
  describeFileSystems: Call<efs.DescribeFileSystemsCommandInput, efs.DescribeFileSystemsCommandOutput>;
  describeAccessPoints: Call<efs.DescribeAccessPointsCommandInput, efs.DescribeAccessPointsCommandOutput>;
}

/** The file system that the functions work for, and the vault that holds its recovery points. */
export interface Protected {
  readonly fileSystemId: string;
  readonly fileSystemArn: string;
  readonly backupVaultName: string;
  /** Further vaults that a request may name. */
  readonly moreBackupVaultNames: readonly string[];
}

/** Reads all pages of a list. */
export async function* pages<Page extends { NextToken?: string }>(read: (nextToken: string | undefined) => Promise<Page>): AsyncGenerator<Page> {
  let nextToken: string | undefined;
  do {
    const page = await read(nextToken);
    yield page;
    nextToken = page.NextToken;
  } while (nextToken !== undefined && nextToken !== '');
}

/** The restore jobs of a file system that are not at their end. */
export async function readRunningRestoreJobs(aws: Pick<Aws, 'listRestoreJobsByProtectedResource'>, fileSystemArn: string): Promise<string[]> {
  const running: string[] = [];
  for (const ByStatus of ['PENDING', 'RUNNING'] as const) {
    const jobs = { ResourceArn: fileSystemArn, ByStatus };
    for await (const page of pages((NextToken) => aws.listRestoreJobsByProtectedResource({ ...jobs, NextToken }).catch(noneWhereUnknown))) {
      running.push(...(page.RestoreJobs ?? []).map((job) => job.RestoreJobId!));
    }
  }
  return running;
}

/** AWS Backup does not know a file system that it has never backed up, or whose last recovery point is gone: nothing of it can be restored. */
function noneWhereUnknown(error: Error): backup.ListRestoreJobsByProtectedResourceCommandOutput {
  if (error.name === 'ResourceNotFoundException') {
    return { RestoreJobs: [], $metadata: {} };
  }
  throw error;
}
