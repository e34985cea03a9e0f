import { chown } from 'node:fs/promises';
import { join } from 'node:path';
import type { StartRestoreJobInput } from '@aws-sdk/client-backup';
import { AwsError, invalidParameterValue, invalidRequest, missingParameterValue, notRehearsed, resourceNotFound } from './aws-error';
import type { BackupVaults, RecoveryPoint } from './backup-vaults';
import type { ElasticFileSystem } from './elastic-file-system';
import type { Faults, RestoreJobFault } from './faults';
import { uuidOf } from './identifiers';
import { absentItem, deliver, deliverAtOnce, leaveFailedDirectory } from './restore-delivery';
import type { Delivery } from './restore-delivery';
import { planRestore } from './restore-metadata';
import { deniesRestore } from './vault-access-policy';

/** A restore job, as it stands. */
export interface RestoreJob {
  readonly restoreJobId: string;
  readonly recoveryPoint: RecoveryPoint;
  readonly metadata: Readonly<Record<string, string>>;
  readonly iamRoleArn: string;
  readonly creationDate: Date;
  faults: readonly RestoreJobFault[];
  status: 'PENDING' | 'RUNNING' | 'COMPLETED' | 'ABORTED' | 'FAILED';
  statusMessage?: string;
  completionDate?: Date;
  percentDone: number;
  /** How often DescribeRestoreJob was answered before the job had ended. */
  polls: number;
  /** The directories that this job has made at the root of the file system. AWS tells nobody; tests may look. */
  directories: string[];
  /** What it restored into, once it completed. That it is set for the file system that was backed up is unconfirmed, so it is not. */
  createdResourceArn?: string;
  /** What a completed job has yet to bring. */
  withheld?: { readonly delivery: Delivery; pollsLeft: number };
}

export interface RestoreJobsOptions {
  readonly vaults: BackupVaults;
  readonly faults: Faults;
  readonly now: () => Date;
  /** Makes a file system for a restore. */
  readonly createFileSystem: (creationToken: string) => ElasticFileSystem;
  /** By how many percent each DescribeRestoreJob call moves a job. */
  readonly percentPerPoll: number;
  /** What becomes of a job with an item that the recovery point does not have: AWS does not document it. */
  readonly absentItems: 'FAIL_JOB' | 'SKIP';
  /** What restored directories are like: AWS does not document it. Left out: they belong to root, and all in them was changed last by the restore. */
  readonly restored?: Restored;
}

/** What becomes of what is restored. */
export interface Restored {
  /** The user that recovery directories belong to; only root can give them away. */
  readonly owner?: number;
  /** True where ctimes are older than the restore job, as if the service kept those of the backup. */
  readonly olderTimes?: boolean;
}

/** Nobody can set a ctime: what must have been changed before the job began was, if the job began later than it says. */
const OLDER_MILLISECONDS = 120_000;

/** A stuck job comes no further than this. */
const STUCK_PERCENT = 99;

const hasEnded = ({ status }: RestoreJob): boolean => status === 'COMPLETED' || status === 'ABORTED' || status === 'FAILED';

/**
 * The restore jobs. They know no clock: each DescribeRestoreJob call moves a job on, first it answers PENDING, then RUNNING with
 * more and more percent, then the end. Listing jobs moves nothing.
 */
export class RestoreJobs {
  readonly byId = new Map<string, RestoreJob>();
  private readonly idsByToken = new Map<string, string>();
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: RestoreJobsOptions) {}

  /** StartRestoreJob, AWS Backup API reference. */
  start(input: StartRestoreJobInput): RestoreJob {
    const { RecoveryPointArn, Metadata, IamRoleArn, IdempotencyToken, ResourceType, CopySourceTagsToRestoredResource } = input;
    for (const [name, value] of Object.entries({ RecoveryPointArn, Metadata, IamRoleArn })) {
      if (value === undefined) {
        throw missingParameterValue(name); // the model does not require the role; that AWS Backup asks for it in this way is unconfirmed
      }
    }
    if (Object.values(Metadata!).some((value) => typeof value !== 'string')) {
      throw new AwsError('SerializationException', 'Metadata is a map of strings');
    }
    if (ResourceType !== undefined && ResourceType !== 'EFS') {
      throw invalidParameterValue(`Invalid resource type: ${ResourceType}`);
    }
    if (CopySourceTagsToRestoredResource === true) {
      throw notRehearsed('tags of a restored file system: our workflows ask for none');
    }
    // "If you retry a successful request with the same idempotency token, the retry succeeds with no action taken." (StartRestoreJob,
    // IdempotencyToken.) That it answers with the first job's id, and for how long, is unconfirmed.
    const known = IdempotencyToken === undefined ? undefined : this.idsByToken.get(IdempotencyToken);
    if (known !== undefined) {
      return this.job(known);
    }
    const recoveryPoint = this.options.vaults.recoveryPointByArn(RecoveryPointArn!);
    if (deniesRestore(this.options.vaults.vault(recoveryPoint.backupVaultName).accessPolicy)) {
      throw new AwsError('AccessDeniedException', `Not authorized to perform: backup:StartRestoreJob on resource: ${RecoveryPointArn} `
        + 'with an explicit deny in a resource-based policy', 403);
    }
    if (recoveryPoint.status !== 'COMPLETED') {
      throw invalidRequest(`Recovery point ${RecoveryPointArn} is not in the state COMPLETED: ${recoveryPoint.status}`);
    }
    const job: RestoreJob = {
      restoreJobId: uuidOf(`restore-job-${this.byId.size}`),
      recoveryPoint,
      metadata: { ...Metadata },
      iamRoleArn: IamRoleArn!,
      creationDate: new Date(this.options.now().getTime() + (this.options.restored?.olderTimes ? OLDER_MILLISECONDS : 0)),
      faults: this.options.faults.nextOfRestoreJob(),
      status: 'PENDING',
      percentDone: 0,
      polls: 0,
      directories: [],
    };
    this.byId.set(job.restoreJobId, job);
    if (IdempotencyToken !== undefined) {
      this.idsByToken.set(IdempotencyToken, job.restoreJobId);
    }
    return job;
  }

  job(restoreJobId: string): RestoreJob {
    const job = this.byId.get(restoreJobId);
    if (!job) {
      throw resourceNotFound(`Restore job not found: ${restoreJobId}`);
    }
    return job;
  }

  /** One DescribeRestoreJob call: moves the job on and answers with it. */
  async poll(restoreJobId: string): Promise<RestoreJob> {
    const job = this.job(restoreJobId);
    await this.inTurn(() => this.advance(job));
    return job;
  }

  /** Brings what is still withheld (DIRECTORY_LATE). */
  async deliverDirectories(): Promise<void> {
    await this.inTurn(async () => {
      for (const job of this.byId.values()) {
        await this.deliverWithheld(job);
      }
    });
  }

  /** Lets the jobs go on that the fault STUCK holds. */
  releaseStuckJobs(): void {
    for (const job of this.byId.values()) {
      job.faults = job.faults.filter(({ restoreJob }) => restoreJob !== 'STUCK');
    }
  }

  /** Calls that come at the same time move jobs one after the other. */
  private async inTurn(step: () => Promise<void>): Promise<void> {
    const mine = this.queue.then(step);
    this.queue = mine.catch(() => undefined); // whoever asked for the step gets its error
    await mine;
  }

  private async advance(job: RestoreJob): Promise<void> {
    if (hasEnded(job)) {
      if (job.withheld && job.withheld.pollsLeft-- <= 1) {
        await this.deliverWithheld(job);
      }
      return;
    }
    if (job.polls++ === 0) {
      return; // PENDING is seen once
    }
    const plan = planRestore(job.metadata, job.recoveryPoint);
    if ('refusal' in plan) {
      this.end(job, 'FAILED', this.options.now(), plan.refusal);
      return;
    }
    const { snapshot } = job.recoveryPoint;
    const absent = this.options.absentItems === 'FAIL_JOB' ? await absentItem({ snapshot, items: plan.items }) : undefined;
    if (absent !== undefined) {
      this.end(job, 'FAILED', this.options.now(), `Item not found in recovery point: ${absent}`);
      return;
    }
    const percent = job.percentDone + this.options.percentPerPoll;
    const isStuck = job.faults.some(({ restoreJob }) => restoreJob === 'STUCK');
    if (percent < 100 || isStuck) {
      job.status = 'RUNNING';
      job.percentDone = Math.min(percent, STUCK_PERCENT);
      return;
    }
    const instant = this.options.now();
    const target = plan.creationToken === undefined ? job.recoveryPoint.fileSystem : this.options.createFileSystem(plan.creationToken);
    job.createdResourceArn = plan.creationToken === undefined ? undefined : target.arn;
    await this.finish(job, { restoreJobId: job.restoreJobId, snapshot, root: target.root, items: plan.items, instant });
  }

  private async finish(job: RestoreJob, delivery: Delivery): Promise<void> {
    for (const fault of job.faults) {
      if (fault.restoreJob === 'FAILED' || fault.restoreJob === 'ABORTED') {
        if (fault.restoreJob === 'FAILED') {
          job.directories.push(await leaveFailedDirectory(delivery));
        }
        const statusMessage = fault.statusMessage ?? `The rehearsal was told to end this job as ${fault.restoreJob}`;
        this.end(job, fault.restoreJob, delivery.instant, statusMessage);
        return;
      }
    }
    const late = job.faults.find((fault) => fault.restoreJob === 'DIRECTORY_LATE');
    if (late) {
      job.withheld = { delivery, pollsLeft: late.polls ?? Infinity };
    } else {
      job.directories.push(...await deliver(delivery, job.faults));
      await this.giveAway(job, delivery.root);
    }
    job.percentDone = 100;
    this.end(job, 'COMPLETED', delivery.instant);
  }

  private async giveAway({ directories }: RestoreJob, root: string): Promise<void> {
    const { owner } = this.options.restored ?? {};
    if (owner !== undefined) {
      await Promise.all(directories.map((name) => chown(join(root, name), owner, owner)));
    }
  }

  private end(job: RestoreJob, status: 'COMPLETED' | 'ABORTED' | 'FAILED', completionDate: Date, statusMessage?: string): void {
    Object.assign(job, { status, completionDate, statusMessage });
  }

  private async deliverWithheld(job: RestoreJob): Promise<void> {
    if (job.withheld) {
      job.directories.push(...await deliverAtOnce(job.withheld.delivery, job.faults));
      await this.giveAway(job, job.withheld.delivery.root);
      job.withheld = undefined;
    }
  }
}
