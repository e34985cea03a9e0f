import type { StartBackupJobInput } from '@aws-sdk/client-backup';
import { invalidParameterValue, missingParameterValue, notRehearsed, resourceNotFound } from './aws-error';
import type { BackupVaults, RecoveryPoint } from './backup-vaults';
import type { ElasticFileSystem } from './elastic-file-system';
import { uuidOf } from './identifiers';

/** How a backup job ends; STUCK ones run for ever. */
export type BackupJobFate = 'COMPLETED' | 'FAILED' | 'ABORTED' | 'EXPIRED' | 'STUCK';

/** An on-demand backup job, as it stands. */
export interface BackupJob {
  readonly backupJobId: string;
  readonly input: StartBackupJobInput;
  readonly fileSystem: ElasticFileSystem;
  readonly creationDate: Date;
  state: 'CREATED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'ABORTED' | 'EXPIRED';
  statusMessage?: string;
  recoveryPoint?: RecoveryPoint;
}

export interface BackupJobsOptions {
  readonly vaults: BackupVaults;
  readonly fileSystems: ReadonlyMap<string, ElasticFileSystem>;
  readonly now: () => Date;
}

/** StartBackupJob, AWS Backup API reference: the shortest start window. */
const SHORTEST_START_WINDOW = 60;

/** The on-demand backup jobs. They know no clock: each DescribeBackupJob call moves a job on, from CREATED over RUNNING to its end. */
export class BackupJobs {
  readonly byId = new Map<string, BackupJob>();
  /** How the jobs that are started from now on end. */
  fate: BackupJobFate = 'COMPLETED';
  private readonly fates = new Map<BackupJob, BackupJobFate>();
  private readonly byToken = new Map<string, BackupJob>();

  constructor(private readonly options: BackupJobsOptions) {}

  /** StartBackupJob, AWS Backup API reference. */
  start(input: StartBackupJobInput): BackupJob {
    for (const name of ['BackupVaultName', 'ResourceArn', 'IamRoleArn'] as const) {
      if (input[name] === undefined) {
        throw missingParameterValue(name);
      }
    }
    if (input.LogicallyAirGappedBackupVaultArn !== undefined || input.BackupOptions !== undefined || input.Index !== undefined) {
      throw notRehearsed('backup jobs into air-gapped vaults, with options or with an index');
    }
    // "If you retry a successful request with the same idempotency token, the retry succeeds with no action taken." (IdempotencyToken.)
    const known = this.byToken.get(input.IdempotencyToken ?? '');
    if (known !== undefined) {
      return known;
    }
    this.options.vaults.vault(input.BackupVaultName!);
    const fileSystem = [...this.options.fileSystems.values()].find(({ arn }) => arn === input.ResourceArn);
    if (fileSystem === undefined) {
      throw resourceNotFound(`Resource not found: ${input.ResourceArn}`);
    }
    if ((input.StartWindowMinutes ?? SHORTEST_START_WINDOW) < SHORTEST_START_WINDOW) {
      throw invalidParameterValue(`Invalid start window: ${input.StartWindowMinutes}`);
    }
    const job: BackupJob = {
      backupJobId: uuidOf(`backup-job-${this.byId.size}`), input, fileSystem, creationDate: this.options.now(), state: 'CREATED',
    };
    this.byId.set(job.backupJobId, job);
    this.fates.set(job, this.fate);
    if (input.IdempotencyToken !== undefined) {
      this.byToken.set(input.IdempotencyToken, job);
    }
    return job;
  }

  /** One DescribeBackupJob call: answers with the job, and moves it on for the next one. */
  async poll(backupJobId: string): Promise<BackupJob> {
    const job = this.byId.get(backupJobId);
    if (job === undefined) {
      throw resourceNotFound(`Backup job not found: ${backupJobId}`);
    }
    const answer = { ...job };
    const fate = this.fates.get(job)!;
    if (job.state === 'CREATED' && fate !== 'EXPIRED') {
      job.state = 'RUNNING';
    } else if ((job.state === 'CREATED' || job.state === 'RUNNING') && fate !== 'STUCK') {
      job.state = fate;
      if (fate === 'COMPLETED') {
        job.recoveryPoint = await this.options.vaults.backUp(job.fileSystem, job.input.BackupVaultName!);
      } else {
        job.statusMessage = `the rehearsal lets this job end as ${fate}`;
      }
    }
    return answer;
  }
}
