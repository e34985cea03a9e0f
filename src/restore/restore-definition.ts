import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { RestoreError } from '../core/contract';
import { planPolling } from '../core/polling';
import { AfterRestore, RecoveryDirectoryDisposal } from '../core/restore-request';
import { pollAgain } from '../private/polling-states';
import { at, callBackup, invoke, MOUNT_ERRORS, publish } from '../private/workflow-tasks';

export interface RestoreDefinitionProps {
  readonly controlPlane: lambda.IFunction;
  readonly worker: lambda.IFunction;
  readonly restoreRoleArn: string;
  /** The role of the state machine. */
  readonly callerRoleArn: string;
  readonly restoreTimeout: Duration;
  /** Calls to the file system, at most. */
  readonly operationsPerSecond: number;
  /** The topic that hears how a restore ended. */
  readonly topicArn?: string;
}

/**
 * The states of a restore: first the happy path in the order in which it runs, then the failures. Written in JSONPath without
 * variables, which is what local interpreters execute. The state of the machine is what core/restore-report.ts reports of.
 */
export class RestoreDefinition extends Construct {
  /** The first state. */
  public readonly start: sfn.IChainable & sfn.State;

  private readonly failed: sfn.State;
  private readonly notMounted: sfn.State;

  constructor(scope: Construct, id: string, private readonly props: RestoreDefinitionProps) {
    super(scope, id);
    this.failed = this.end('Failure', new sfn.Fail(this, 'RestoreFailed', { errorPath: '$.failure.Error', causePath: '$.result.report.sentence' }));
    this.notMounted = this.failure('FileSystemNotMounted', RestoreError.FILE_SYSTEM_NOT_MOUNTED, '{}', '$.failure.Cause');
    const succeeded = this.end('Success', new sfn.Succeed(this, 'RestoreSucceeded', { outputPath: '$.result.report' }));

    const clean = this.cleanUp(succeeded);
    const move = this.moveIntoPlace(clean, succeeded);
    const verify = this.verify(move, succeeded);
    const find = this.find(verify, succeeded);
    const restore = this.restore(find);
    this.start = this.prepare(restore);
  }

  private prepare(next: sfn.IChainable): sfn.State {
    const begin = new sfn.Pass(this, 'Begin', {
      comment: 'Whatever the input is, from here on the state is an object in which every step has its place',
      parameters: {
        'input.$': '$',
        'execution': { 'id.$': '$$.Execution.Id', 'name.$': '$$.Execution.Name', 'startTime.$': '$$.Execution.StartTime' },
        'verification': {},
        'move': {},
        'deletion': {},
      },
    });
    const prepare = this.orFail(invoke(this, 'PrepareRestore', this.props.controlPlane, '$.prepared', {
      operation: 'prepare', input: at('$.input'), executionId: at('$.execution.id'), callerRoleArn: this.props.callerRoleArn,
    }));
    const survey = this.mountedOrFail(invoke(this, 'SurveyBeforeRestore', this.props.worker, '$.before', { operation: 'survey' }));
    begin.next(prepare).next(survey).next(next);
    return begin;
  }

  private restore(next: sfn.IChainable): sfn.State {
    const start = callBackup(this, 'StartRestoreJob', 'startRestoreJob', '$.job', {
      RecoveryPointArn: at('$.prepared.recoveryPoint.arn'),
      Metadata: at('$.prepared.metadata'),
      IamRoleArn: this.props.restoreRoleArn,
      IdempotencyToken: at('$.prepared.idempotencyToken'),
      ResourceType: 'EFS',
    });
    start.addCatch(this.failure('RestoreJobNotStarted', RestoreError.RESTORE_JOB_NOT_STARTED, '{}', '$.failure.Cause'), { resultPath: '$.failure' });

    const describe = callBackup(this, 'DescribeRestoreJob', 'describeRestoreJob', '$.restoreJob', { RestoreJobId: at('$.job.RestoreJobId') });
    this.orFail(describe);
    const again = pollAgain(this, {
      plan: planPolling(this.props.restoreTimeout.toSeconds()),
      look: describe,
      counter: '$.poll',
      names: { count: 'CountPoll', choose: 'ChoosePace', waits: ['WaitBriefly', 'WaitLonger', 'WaitLong'] },
      exhausted: this.failure('RestoreJobTimedOut', RestoreError.RESTORE_JOB_TIMED_OUT,
        `restore job {} was still running after ${this.props.restoreTimeout.toHumanString()}`, '$.job.RestoreJobId'),
    });

    const jobFailed = this.failure('RestoreJobFailed', RestoreError.RESTORE_JOB_FAILED, 'AWS Backup says: {}', 'States.JsonToString($.restoreJob)');
    const status = new sfn.Choice(this, 'ChooseByRestoreJobStatus')
      .when(sfn.Condition.stringEquals('$.restoreJob.Status', 'COMPLETED'), sfn.Chain.start(next))
      .when(sfn.Condition.or(...['FAILED', 'ABORTED'].map((ended) => sfn.Condition.stringEquals('$.restoreJob.Status', ended))), jobFailed)
      .otherwise(again);
    const first = new sfn.Pass(this, 'BeginPolling', { result: sfn.Result.fromObject({ count: 0 }), resultPath: '$.poll' });
    start.next(first).next(describe).next(status);
    return start;
  }

  private find(verify: sfn.State, succeeded: sfn.State): sfn.State {
    const find = invoke(this, 'FindRecoveryDirectory', this.props.worker, '$.found', {
      operation: 'find', before: at('$.before.names'), job: at('$.restoreJob'),
    });
    // the root of the file system is cached for up to a minute by the NFS client, and the directory may come late
    find.addRetry({
      errors: [RestoreError.RECOVERY_DIRECTORY_NOT_FOUND],
      interval: Duration.seconds(30),
      backoffRate: 1.5,
      maxAttempts: 8,
      maxDelay: Duration.minutes(3),
    });
    this.mountedOrFail(find);
    find.next(new sfn.Choice(this, 'ChooseWhetherToVerify')
      .when(sfn.Condition.stringEquals('$.prepared.request.afterRestore', AfterRestore.KEEP), succeeded)
      .otherwise(verify));
    return find;
  }

  private verify(move: sfn.State, succeeded: sfn.State): sfn.State {
    const { operationsPerSecond } = this.props;
    const verify = this.mountedOrFail(invoke(this, 'VerifyRecoveryDirectory', this.props.worker, '$.verification', {
      operation: 'verify', directory: at('$.found.directory'), items: at('$.prepared.items'), expectations: at('$.prepared.expectations'), operationsPerSecond, previous: at('$.verification'),
    }));
    verify.next(new sfn.Choice(this, 'ChooseByVerification')
      .when(sfn.Condition.booleanEquals('$.verification.done', false), verify)
      .when(sfn.Condition.stringEquals('$.verification.verdict', 'FAILED'),
        this.failure('VerificationFailed', RestoreError.VERIFICATION_FAILED, '{}', 'States.JsonToString($.verification.findings)'))
      .when(sfn.Condition.stringEquals('$.prepared.request.afterRestore', AfterRestore.MOVE_INTO_PLACE), move)
      .otherwise(succeeded));
    return verify;
  }

  private moveIntoPlace(clean: sfn.State, succeeded: sfn.State): sfn.State {
    const move = this.mountedOrFail(invoke(this, 'MoveIntoPlace', this.props.worker, '$.move', {
      operation: 'move',
      directory: at('$.found.directory'),
      conflictPolicy: at('$.prepared.request.conflictPolicy'),
      operationsPerSecond: this.props.operationsPerSecond,
      previous: at('$.move'),
    }));
    const notes = 'States.JsonToString($.move.notes)';
    move.next(new sfn.Choice(this, 'ChooseByMove')
      .when(sfn.Condition.booleanEquals('$.move.done', false), move)
      .when(sfn.Condition.stringEquals('$.move.outcome', 'CONFLICT'),
        this.failure('MoveConflict', RestoreError.MOVE_CONFLICT, 'nothing was moved, because entries are in the way (conflict policy FAIL): {}', notes))
      .when(sfn.Condition.stringEquals('$.move.outcome', 'INCOMPLETE'),
        this.failure('MoveIncomplete', RestoreError.MOVE_INCOMPLETE, 'some entries could not be moved, the others are in place: {}', notes))
      .when(sfn.Condition.stringEquals('$.prepared.request.recoveryDirectory', RecoveryDirectoryDisposal.KEEP), succeeded)
      .otherwise(clean));
    return move;
  }

  /** The data is back in place: a directory that cannot be cleaned up now is reported, not a failure. */
  private cleanUp(succeeded: sfn.State): sfn.State {
    const facts = invoke(this, 'ReadDeletionFacts', this.props.controlPlane, '$.facts', { operation: 'deletion-facts' });
    const clean = invoke(this, 'DeleteRecoveryDirectory', this.props.worker, '$.deletion', {
      operation: 'delete',
      directory: at('$.found.directory'),
      accessPointRoots: at('$.facts.accessPointRoots'),
      runningRestoreJobs: at('$.facts.runningRestoreJobs'),
      disposal: at('$.prepared.request.recoveryDirectory'),
      operationsPerSecond: this.props.operationsPerSecond,
      previous: at('$.deletion'),
    });
    const kept = new sfn.Pass(this, 'KeepRecoveryDirectory', {
      parameters: {
        operation: 'delete',
        done: true,
        outcome: 'INCOMPLETE',
        deletedEntries: 0,
        refusals: [],
        notes: [{ 'path': '', 'note.$': "States.Format('{}: {}', $.cleanupError.Error, $.cleanupError.Cause)" }],
      },
      resultPath: '$.deletion',
    });
    facts.addCatch(kept, { resultPath: '$.cleanupError' });
    clean.addCatch(kept, { resultPath: '$.cleanupError' });
    kept.next(succeeded);
    facts.next(clean).next(new sfn.Choice(this, 'ChooseByDeletion')
      .when(sfn.Condition.booleanEquals('$.deletion.done', false), facts)
      .otherwise(succeeded));
    return facts;
  }

  /** Reports, tells the topic, and ends. A report that cannot be made or sent does not change how the restore ended. */
  private end(outcome: 'Success' | 'Failure', last: sfn.State): sfn.State {
    const report = invoke(this, `Report${outcome}`, this.props.controlPlane, '$.result', { operation: 'report', execution: at('$') });
    const unreported = new sfn.Pass(this, `${outcome}Unreported`, {
      parameters: { report: { 'outcome': outcome === 'Success' ? 'SUCCEEDED' : 'FAILED', 'sentence.$': "States.Format('The report could not be written: {}', $.reportError.Cause)" } },
      resultPath: '$.result',
    });
    report.addCatch(unreported, { resultPath: '$.reportError' });
    unreported.next(last);
    if (this.props.topicArn === undefined) {
      report.next(last);
      return report;
    }
    const tell = publish(this, `Publish${outcome}`, this.props.topicArn, {
      Subject: at('$.result.subject'),
      Message: sfn.JsonPath.jsonToString(sfn.JsonPath.objectAt('$.result.report')),
    });
    tell.addCatch(last, { resultPath: '$.publishError' });
    report.next(tell).next(last);
    return report;
  }

  /** A named failure whose cause is a sentence with a value of the state in it. */
  private failure(id: string, error: RestoreError, sentence: string, value: string): sfn.State {
    const failure = new sfn.Pass(this, id, {
      parameters: { 'Error': error, 'Cause.$': `States.Format('${sentence}', ${value})` },
      resultPath: '$.failure',
    });
    failure.next(this.failed);
    return failure;
  }

  /** Where Lambda itself cannot mount, the worker has no say; for an operator it is the same failure. */
  private mountedOrFail<Task extends sfn.TaskStateBase>(task: Task): Task {
    task.addCatch(this.notMounted, { errors: MOUNT_ERRORS, resultPath: '$.failure' });
    return this.orFail(task);
  }

  /** What a function throws has the name of the failure already. */
  private orFail<Task extends sfn.TaskStateBase>(task: Task): Task {
    task.addCatch(this.failed, { resultPath: '$.failure' });
    return task;
  }
}
