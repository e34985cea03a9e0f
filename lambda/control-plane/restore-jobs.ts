import type { RestoreJobsListMember, RestoreJobStatus } from '@aws-sdk/client-backup';
import type { Aws, Protected } from './aws';
import { restoresInto, restoresIntoByMetadata } from '../../src/core/restore-job-target';
import type { ToldOfRestoreJob } from '../../src/core/restore-job-target';

/** What must be asked about restore jobs. */
export type RestoreJobsAws = Pick<Aws, 'listRestoreJobs' | 'listRestoreJobsByProtectedResource' | 'describeRestoreJob' | 'getRestoreJobMetadata'>;
export type Target = Pick<Protected, 'fileSystemId' | 'fileSystemArn'>;

/** Of each list. AWS Backup has a quota of concurrent jobs, which an organization may raise: nobody has so many at once. */
const MOST_PAGES = 50;
/** Of one question: their metadata are read one by one, a tenth of a second each, and the function has five minutes. */
const MOST_ASKED = 200;
/** One is reason enough; an error names a few. */
const MOST_TOLD = 10;

/** What stands for the jobs that there are beside those that were asked about. */
export const UNASKED = 'others: there are more than can be asked about';

/** Jobs that were listed; `complete` is false where there were more than can be read. */
interface Listed {
  readonly jobs: RestoreJobsListMember[];
  readonly complete: boolean;
}

/** Reads the pages of lists one after the other; a job that several of them have is there once. */
export async function listJobs(
  reads: ReadonlyArray<(NextToken: string | undefined) => Promise<{ readonly RestoreJobs?: RestoreJobsListMember[]; readonly NextToken?: string }>>,
): Promise<Listed> {
  const jobs = new Map<string, RestoreJobsListMember>();
  let complete = true;
  for (const read of reads) {
    let token: string | undefined;
    let pages = 0;
    do {
      const { RestoreJobs = [], NextToken } = await read(token);
      RestoreJobs.forEach((job) => jobs.set(job.RestoreJobId!, job));
      token = NextToken === '' ? undefined : NextToken;
      pages += 1;
    } while (token !== undefined && pages < MOST_PAGES);
    complete &&= token === undefined;
  }
  return { jobs: [...jobs.values()], complete };
}

/** The list of one file system's restore jobs, by what was backed up; a page of it. */
export function listOfSource(
  aws: RestoreJobsAws, { fileSystemArn: ResourceArn }: Target, more: { readonly ByStatus?: 'PENDING' | 'RUNNING' } = {},
) {
  // AWS Backup does not know a file system that it has never backed up, or whose last recovery point is gone
  const noneWhereUnknown = (error: Error) => {
    if (error.name === 'ResourceNotFoundException') {
      return {};
    }
    throw error;
  };
  return async (NextToken: string | undefined) => aws.listRestoreJobsByProtectedResource({ ResourceArn, ...more, NextToken }).catch(noneWhereUnknown);
}

export interface ListFilters {
  readonly ByStatus: RestoreJobStatus;
  readonly ByCompleteAfter?: Date;
  readonly ByCreatedBefore?: Date;
}

/** The list of the account's restore jobs of file systems, whatever was backed up; a page of it. ListRestoreJobs has no filter for a resource. */
export function listOfAccount(aws: RestoreJobsAws, more: ListFilters) {
  return async (NextToken: string | undefined) => aws.listRestoreJobs({ ByResourceType: 'EFS', ...more, NextToken });
}

/** What a list, or DescribeRestoreJob, tells of where a job restores to. */
export function whatIsTold({ ResourceType, CreatedResourceArn, CreatedBy }: RestoreJobsListMember): ToldOfRestoreJob {
  return { resourceType: ResourceType, createdResourceArn: CreatedResourceArn, restoreTestingPlanArn: CreatedBy?.RestoreTestingPlanArn };
}

/** DOUBTFUL: nobody tells. UNASKED: it is one job too many to be asked about. */
export type WhereItRestores = 'HERE' | 'ELSEWHERE' | 'DOUBTFUL' | 'UNASKED';

/** Asks whether jobs restore into a file system, one after the other, at most so many: of those beyond nobody knows. */
export class RestoreJobTargets {
  private asked = 0;

  constructor(private readonly aws: RestoreJobsAws, private readonly target: Target) {}

  /** Whether a job restores into the file system, and nobody says that it does not. */
  public async mayBeHere(job: RestoreJobsListMember): Promise<boolean> {
    return await this.of(job) !== 'ELSEWHERE';
  }

  /** Where a job restores to. */
  public async of(job: RestoreJobsListMember): Promise<WhereItRestores> {
    const told = restoresInto(this.target.fileSystemArn, whatIsTold(job));
    if (told !== undefined) {
      return told ? 'HERE' : 'ELSEWHERE';
    }
    this.asked += 1;
    return this.asked > MOST_ASKED ? 'UNASKED' : this.ask(job.RestoreJobId!);
  }

  private async ask(RestoreJobId: string): Promise<WhereItRestores> {
    try {
      const { Metadata = {} } = await this.aws.getRestoreJobMetadata({ RestoreJobId });
      const told = restoresIntoByMetadata(this.target.fileSystemId, Metadata);
      return told === undefined ? 'DOUBTFUL' : told ? 'HERE' : 'ELSEWHERE';
    } catch (error) {
      if ((error as Error).name === 'ResourceNotFoundException') {
        return await this.exists(RestoreJobId) ? 'DOUBTFUL' : 'ELSEWHERE'; // it was in a list a moment ago: two answers must say that it is gone
      }
      throw error;
    }
  }

  private async exists(RestoreJobId: string): Promise<boolean> {
    return this.aws.describeRestoreJob({ RestoreJobId }).then(() => true, (error: Error) => {
      if (error.name === 'ResourceNotFoundException') {
        return false;
      }
      throw error;
    });
  }
}

/**
 * The restore jobs that are not at their end and restore into a file system, whatever they were backed up from: the first few of them.
 * What cannot be told counts as one.
 */
export async function readRunningRestoreJobs(aws: RestoreJobsAws, target: Target, own: readonly string[] = []): Promise<string[]> {
  // PENDING before RUNNING: a job that begins to run meanwhile is in one of them
  const listed = await listJobs((['PENDING', 'RUNNING'] as const).flatMap((ByStatus) => [listOfSource(aws, target, { ByStatus }), listOfAccount(aws, { ByStatus })]));
  const targets = new RestoreJobTargets(aws, target);
  const ofThisOne = (job: RestoreJobsListMember) => (job.SourceResourceArn === target.fileSystemArn ? 0 : 1);
  const jobs = listed.jobs.filter(({ RestoreJobId }) => !own.includes(RestoreJobId!)).sort((a, b) => ofThisOne(a) - ofThisOne(b));
  const running: string[] = [];
  for (const job of jobs) {
    const where = await targets.of(job);
    if (where === 'UNASKED') {
      return [...running, UNASKED];
    }
    running.push(...(where === 'ELSEWHERE' ? [] : [job.RestoreJobId!]));
    if (running.length === MOST_TOLD) {
      return running;
    }
  }
  return listed.complete ? running : [...running, UNASKED];
}
