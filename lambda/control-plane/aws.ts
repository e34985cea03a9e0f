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
  listRestoreJobs: Call<backup.ListRestoreJobsCommandInput, backup.ListRestoreJobsCommandOutput>;
  describeRestoreJob: Call<backup.DescribeRestoreJobCommandInput, backup.DescribeRestoreJobCommandOutput>;
  getRestoreJobMetadata: Call<backup.GetRestoreJobMetadataCommandInput, backup.GetRestoreJobMetadataCommandOutput>;
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
