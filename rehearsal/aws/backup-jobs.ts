import type { ListBackupJobsInput, StartBackupJobInput } from '@aws-sdk/client-backup';
import { AwsError, invalidParameterValue, missingParameterValue, notRehearsed, resourceNotFound } from './aws-error';
import type { BackupVaults, RecoveryPoint } from './backup-vaults';
import type { ElasticFileSystem } from './elastic-file-system';
import type { BackupJobFault, Faults } from './faults';
import { uuidOf } from './identifiers';
import { AUTOMATIC_BACKUP_VAULT } from './vault-access-policy';

/** BackupJobState, AWS Backup API reference. */
export const BACKUP_JOB_STATES = ['CREATED', 'PENDING', 'RUNNING', 'ABORTING', 'ABORTED', 'COMPLETED', 'FAILED', 'EXPIRED', 'PARTIAL'] as const;
export type BackupJobState = typeof BACKUP_JOB_STATES[number];

/** A backup job, as it stands. Its fields may be changed to play other cases. */
export interface BackupJob {
  readonly backupJobId: string;
  readonly fileSystem: ElasticFileSystem;
  readonly backupVaultName: string;
  readonly iamRoleArn: string;
  readonly creationDate: Date;
  readonly faults: readonly BackupJobFault[];
  readonly lifecycle: StartBackupJobInput['Lifecycle'];
  /** What StartBackupJob was asked; left out where a plan started the job. */
  readonly input?: StartBackupJobInput;
  state: BackupJobState;
  statusMessage?: string;
  completionDate?: Date;
  percentDone: number;
  /** How often DescribeBackupJob was answered while the job could not begin. */
  pollsInVain: number;
  recoveryPoint?: RecoveryPoint;
}

export interface BackupJobsOptions {
  readonly fileSystems: ReadonlyMap<string, ElasticFileSystem>;
  readonly vaults: BackupVaults;
  readonly faults: Faults;
  readonly now: () => Date;
  /** By how many percent each DescribeBackupJob call moves a job. */
  readonly percentPerPoll: number;
}

const ACTIVE: readonly BackupJobState[] = ['CREATED', 'PENDING', 'RUNNING', 'ABORTING'];
/** The start window of a job that cannot begin ends after so many DescribeBackupJob calls. */
const POLLS_IN_START_WINDOW = 3;
/** "Troubleshooting AWS Backup", AWS Backup Developer Guide. */
const COLLISION = 'Backup job failed because there was a running job for the same resource.';

/**
 * The backup jobs. They know no clock: each DescribeBackupJob call moves a job on, from CREATED over RUNNING to its end. Listing jobs moves
 * nothing. One job of a file system runs at a time ("AWS Backup quotas"): another one stays CREATED and expires with its start window.
 */
export class BackupJobs {
  readonly byId = new Map<string, BackupJob>();
  /** How the jobs end that are started from now on, where no fault says so. */
  fate: 'COMPLETED' | BackupJobFault['backupJob'] = 'COMPLETED';
  private readonly idsByToken = new Map<string, string>();

  constructor(private readonly options: BackupJobsOptions) {}

  /** StartBackupJob, AWS Backup API reference. */
  start(input: StartBackupJobInput): BackupJob {
    const { BackupVaultName, ResourceArn, IamRoleArn, IdempotencyToken, Lifecycle, StartWindowMinutes } = input;
    for (const [name, value] of Object.entries({ BackupVaultName, ResourceArn, IamRoleArn })) {
      if (value === undefined) {
        throw missingParameterValue(name);
      }
    }
    const { LogicallyAirGappedBackupVaultArn, BackupOptions, Index } = input;
    if ([LogicallyAirGappedBackupVaultArn, BackupOptions, Index].some((member) => member !== undefined)) {
      throw notRehearsed('backup jobs into air-gapped vaults, with options or with an index');
    }
    if (StartWindowMinutes !== undefined && StartWindowMinutes < 60) {
      throw invalidParameterValue(`Invalid start window: ${StartWindowMinutes}`); // "it must be at least 60 minutes to avoid errors"
    }
    if (Lifecycle?.DeleteAfterDays !== undefined && Lifecycle.DeleteAfterDays < (Lifecycle.MoveToColdStorageAfterDays ?? -90) + 90) {
      throw invalidParameterValue('Invalid lifecycle. DeleteAfterDays cannot be less than 90 days apart from MoveToColdStorageAfterDays');
    }
    // "Retrying a successful request with the same idempotency token results in a success message with no action taken."
    const known = IdempotencyToken === undefined ? undefined : this.idsByToken.get(IdempotencyToken);
    if (known !== undefined) {
      return this.job(known);
    }
    if (BackupVaultName === AUTOMATIC_BACKUP_VAULT) {
      throw new AwsError('AccessDeniedException', 'Insufficient privileges to perform this action.', 403);
    }
    this.options.vaults.vault(BackupVaultName!);
    const fileSystem = [...this.options.fileSystems.values()].find(({ arn }) => arn === ResourceArn);
    if (fileSystem === undefined) {
      throw resourceNotFound(`Resource not found: ${ResourceArn}`);
    }
    const faults: BackupJobFault[] = [...this.options.faults.nextOfBackupJob(), ...(this.fate === 'COMPLETED' ? [] : [{ backupJob: this.fate }])];
    const job = this.add(fileSystem, BackupVaultName!, { iamRoleArn: IamRoleArn!, lifecycle: Lifecycle, faults, input });
    if (IdempotencyToken !== undefined) {
      this.idsByToken.set(IdempotencyToken, job.backupJobId);
    }
    return job;
  }

  /** A job that somebody else has started, such as a plan; it stays as it is until its state is changed by hand. */
  startOther(fileSystem: ElasticFileSystem, backupVaultName: string, state: BackupJobState = 'RUNNING'): BackupJob {
    const job = this.add(fileSystem, backupVaultName, { iamRoleArn: 'arn:aws:iam::111122223333:role/plan', lifecycle: undefined, faults: [] });
    return Object.assign(job, { state });
  }

  job(backupJobId: string): BackupJob {
    const job = this.byId.get(backupJobId);
    if (!job) {
      throw resourceNotFound(`Backup job not found: ${backupJobId}`);
    }
    return job;
  }

  /** One DescribeBackupJob call: moves the job on and answers with it. */
  async poll(backupJobId: string): Promise<BackupJob> {
    const job = this.job(backupJobId);
    if (ACTIVE.includes(job.state)) {
      await this.advance(job);
    }
    return job;
  }

  list({ ByResourceArn, ByState, ByBackupVaultName }: ListBackupJobsInput): BackupJob[] {
    if (ByState !== undefined && !(BACKUP_JOB_STATES as readonly string[]).includes(ByState)) {
      throw invalidParameterValue(`Invalid state: ${ByState}`);
    }
    return [...this.byId.values()].filter(({ fileSystem, state, backupVaultName }) =>
      (ByResourceArn === undefined || fileSystem.arn === ByResourceArn)
      && (ByState === undefined || state === ByState) && (ByBackupVaultName === undefined || backupVaultName === ByBackupVaultName));
  }

  private add(fileSystem: ElasticFileSystem, backupVaultName: string, more: Pick<BackupJob, 'iamRoleArn' | 'lifecycle' | 'faults' | 'input'>): BackupJob {
    const job: BackupJob = {
      ...more,
      backupJobId: uuidOf(`backup-job-${this.byId.size}`),
      fileSystem,
      backupVaultName,
      creationDate: this.options.now(),
      state: 'CREATED',
      percentDone: 0,
      pollsInVain: 0,
    };
    this.byId.set(job.backupJobId, job);
    return job;
  }

  private async advance(job: BackupJob): Promise<void> {
    if (job.state === 'CREATED') {
      const occupies = (other: BackupJob) => other !== job && other.fileSystem === job.fileSystem && ['RUNNING', 'ABORTING'].includes(other.state);
      if ([...this.byId.values()].some(occupies)) {
        if (++job.pollsInVain >= POLLS_IN_START_WINDOW) {
          this.end(job, 'EXPIRED', COLLISION);
        }
        return;
      }
      job.state = 'RUNNING';
      return;
    }
    const fault = job.faults.find(({ backupJob }) => backupJob !== 'STUCK');
    job.percentDone = Math.min(job.percentDone + this.options.percentPerPoll, job.faults.some(({ backupJob }) => backupJob === 'STUCK') ? 99 : 100);
    if (job.percentDone < 100) {
      return;
    }
    if (fault !== undefined) {
      this.end(job, fault.backupJob as BackupJobState, fault.statusMessage ?? `The rehearsal was told to end this job as ${fault.backupJob}`);
      return;
    }
    job.recoveryPoint = await this.options.vaults.backUp(job.fileSystem, job.backupVaultName);
    this.end(job, 'COMPLETED');
  }

  private end(job: BackupJob, state: BackupJobState, statusMessage?: string): void {
    Object.assign(job, { state, statusMessage, completionDate: this.options.now() });
  }
}
