import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { FailurePath } from './failure-path';
import { RestoreError } from '../../core/contract';
import { planPolling } from '../../core/polling';
import { AfterRestore } from '../../core/restore-request';
import { pollAgain } from '../../private/polling-states';
import { at, callBackup, invoke } from '../../private/workflow-tasks';

export interface RestoreJobsProps {
  readonly worker: lambda.IFunction;
  readonly controlPlane: lambda.IFunction;
  /** The role that starts restore jobs: that of the state machine. */
  readonly callerRoleArn: string;
  readonly restoreRoleArn: string;
  readonly restoreTimeout: Duration;
  readonly allowsNewFileSystems: boolean;
  readonly failures: FailurePath;
  /** What comes once all is in recovery directories, or in a new file system. */
  readonly next: sfn.IChainable;
}

const NEW_FILE_SYSTEM = '$.prepared.request.newFileSystem';
/** Known by id, so that they are never taken for those of others. */
const OWN_RESTORE_JOBS = '$.progress.restores[*].restoreJobId';

/**
 * Starts the restore jobs one after the other, since AWS Backup tells of no job what it named its directory: whatever is new at the
 * root after one job is what that one made. `$.progress` has the number of the job and what the ones before have made.
 */
export function restoreJobs(scope: Construct, props: RestoreJobsProps): sfn.State {
  const { worker, failures } = props;
  const take = new sfn.Pass(scope, 'TakeRestoreJob', {
    parameters: { 'index.$': '$.progress.index', 'restores.$': '$.progress.restores', 'job.$': 'States.ArrayGetItem($.prepared.jobs, $.progress.index)' },
    resultPath: '$.progress',
  });
  const survey = failures.mountedOrFail(invoke(scope, 'SurveyBeforeRestore', worker, '$.work.before', { operation: 'survey' }, {
    resultSelector: { 'names.$': '$.names', 'workDirectoryIsOurs.$': '$.workDirectoryIsOurs' }, // the rest may be large
  }));
  const notOurs = failures.named('WorkDirectoryNotOurs', RestoreError.WORK_DIRECTORY_NOT_OURS,
    '{} at the root of the file system was not made by this library: rename it, then start again', "'/.cdk-efs-backup'");
  const start = startJob(scope, props);
  const guards = checkGuards(scope, props);
  guards.next(start);
  const find = findDirectory(scope, props, take);
  start.next(watchJob(scope, props, completed(scope, props, find)));
  take.next(props.allowsNewFileSystems
    ? new sfn.Choice(scope, 'ChooseWhetherToSurvey').when(sfn.Condition.isPresent(NEW_FILE_SYSTEM), guards).otherwise(survey)
    : survey);
  survey.next(new sfn.Choice(scope, 'ChooseByWorkDirectory').when(sfn.Condition.and(
    sfn.Condition.booleanEquals('$.work.before.workDirectoryIsOurs', false),
    sfn.Condition.stringEquals('$.prepared.request.afterRestore', AfterRestore.MOVE_INTO_PLACE),
  ), notOurs).otherwise(guards));
  return take;
}

/** What comes after a job that is completed: a directory to find, or nothing more than a new file system. */
function completed(scope: Construct, { allowsNewFileSystems, next }: RestoreJobsProps, find: sfn.State): sfn.State {
  if (!allowsNewFileSystems) {
    return find;
  }
  const noted = new sfn.Pass(scope, 'NoteNewFileSystem', {
    parameters: {
      index: 1,
      restores: [{ 'items.$': '$.progress.job.items', 'restoreJobId.$': '$.job.RestoreJobId', 'newFileSystemArn.$': '$.restoreJob.CreatedResourceArn', 'lostAndFound': [] }],
    },
    resultPath: '$.progress',
  });
  noted.next(next);
  return new sfn.Choice(scope, 'ChooseByTarget').when(sfn.Condition.isPresent(NEW_FILE_SYSTEM), noted).otherwise(find);
}

/** Asks again what was asked before the execution waited for people, for hooks, or for the job before this one. */
function checkGuards(scope: Construct, { controlPlane, failures, callerRoleArn, allowsNewFileSystems }: RestoreJobsProps): sfn.TaskStateBase {
  return failures.orFail(invoke(scope, 'CheckGuards', controlPlane, sfn.JsonPath.DISCARD, {
    operation: 'guards', request: at('$.prepared.request'), settings: { callerRoleArn, allowsNewFileSystems }, ownRestoreJobs: at(OWN_RESTORE_JOBS),
  }));
}

function startJob(scope: Construct, { failures, restoreRoleArn }: RestoreJobsProps): sfn.TaskStateBase {
  const start = callBackup(scope, 'StartRestoreJob', 'startRestoreJob', '$.job', {
    RecoveryPointArn: at('$.prepared.recoveryPoint.arn'),
    Metadata: at('$.progress.job.metadata'),
    IamRoleArn: restoreRoleArn,
    IdempotencyToken: at('$.progress.job.idempotencyToken'),
    ResourceType: 'EFS',
  });
  start.addCatch(failures.named('RestoreJobNotStarted', RestoreError.RESTORE_JOB_NOT_STARTED, '{}', '$.failure.Cause'), { resultPath: '$.failure' });
  return start;
}

/** Looks at the job until it comes to an end; the jobs of one execution share the polls that its history has room for. */
function watchJob(scope: Construct, { failures, restoreTimeout }: RestoreJobsProps, next: sfn.IChainable): sfn.IChainable {
  const first = new sfn.Pass(scope, 'BeginPolling', { result: sfn.Result.fromObject({ count: 0 }), resultPath: '$.poll' });
  const describe = failures.orFail(callBackup(scope, 'DescribeRestoreJob', 'describeRestoreJob', '$.restoreJob', { RestoreJobId: at('$.job.RestoreJobId') }));
  const again = pollAgain(scope, {
    plan: planPolling(restoreTimeout.toSeconds()),
    planned: { seconds: '$.prepared.polling.slowSeconds', most: '$.prepared.polling.most' },
    look: describe,
    counter: '$.poll',
    names: { count: 'CountPoll', choose: 'ChoosePace', waits: ['WaitBriefly', 'WaitLonger', 'WaitLong'] },
    exhausted: failures.named('RestoreJobTimedOut', RestoreError.RESTORE_JOB_TIMED_OUT,
      `restore job {} was still running after ${restoreTimeout.toHumanString()}`, '$.job.RestoreJobId'),
  });
  const status = new sfn.Choice(scope, 'ChooseByRestoreJobStatus')
    .when(sfn.Condition.stringEquals('$.restoreJob.Status', 'COMPLETED'), sfn.Chain.start(next))
    .when(sfn.Condition.or(...['FAILED', 'ABORTED'].map((ended) => sfn.Condition.stringEquals('$.restoreJob.Status', ended))),
      failures.named('RestoreJobFailed', RestoreError.RESTORE_JOB_FAILED, 'AWS Backup says: {}', 'States.JsonToString($.restoreJob)'))
    .otherwise(again);
  first.next(describe).next(status);
  return first;
}

/** Finds what the job has made, notes it, and takes the next job. */
function findDirectory(scope: Construct, { worker, controlPlane, failures, next }: RestoreJobsProps, take: sfn.IChainable): sfn.State {
  const others = failures.orFail(invoke(scope, 'CheckOtherRestoreJobs', controlPlane, '$.work.others', {
    operation: 'other-jobs', request: at('$.prepared.request'), job: at('$.restoreJob'), ownRestoreJobs: at(OWN_RESTORE_JOBS),
  }));
  const find = invoke(scope, 'FindRecoveryDirectory', worker, '$.work.found', {
    operation: 'find',
    before: at('$.work.before.names'),
    earlier: at('$.progress.restores'),
    job: at('$.restoreJob'),
    rivals: at('$.work.others.rivals'),
    nextJobCreated: at('$.work.others.nextJobCreated'),
  });
  // the root of the file system is cached for up to a minute by the NFS client, and the directory may come late
  find.addRetry({
    errors: [RestoreError.RECOVERY_DIRECTORY_NOT_FOUND],
    interval: Duration.seconds(30),
    backoffRate: 1.5,
    maxAttempts: 8,
    maxDelay: Duration.minutes(3),
  });
  failures.mountedOrFail(find);
  // an array cannot be appended to: both are put side by side, and taken out again as one
  const finished = new sfn.Pass(scope, 'NoteRecoveryDirectory', {
    parameters: {
      'items.$': '$.progress.job.items',
      'only.$': '$.progress.job.only',
      'expectations.$': '$.progress.job.expectations',
      'restoreJobId.$': '$.job.RestoreJobId',
      'created.$': '$.restoreJob.CreationDate',
      'directory.$': '$.work.found.directory',
      'lostAndFound.$': '$.work.found.lostAndFound',
    },
    resultPath: '$.work.finished',
  });
  const both = new sfn.Pass(scope, 'AppendRecoveryDirectory', {
    parameters: { 'lists.$': 'States.Array($.progress.restores, States.Array($.work.finished))' },
    resultPath: '$.work.appended',
  });
  const all = new sfn.Pass(scope, 'CountRestoreJob', {
    parameters: { 'index.$': 'States.MathAdd($.progress.index, 1)', 'restores.$': '$.work.appended.lists[*][*]', 'jobs.$': 'States.ArrayLength($.prepared.jobs)' },
    resultPath: '$.progress',
  });
  const forget = new sfn.Pass(scope, 'ForgetRestoreJob', { comment: 'What is noted says all of it; the state holds 256 KiB', parameters: {}, resultPath: '$.work' });
  others.next(find).next(finished).next(both).next(all).next(forget).next(new sfn.Choice(scope, 'ChooseWhetherAllIsRestored')
    .when(sfn.Condition.numberLessThanJsonPath('$.progress.index', '$.progress.jobs'), take)
    .otherwise(sfn.Chain.start(next)));
  return others;
}
