import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { OnDemandBackupError } from '../core/contract';
import { MOST_SLOW_LOOKS, patienceMinutes } from '../core/on-demand-backup';
import { planPolling } from '../core/polling';
import type { WorkflowHook } from '../hook/workflow-hook';
import { pollAgain } from '../private/polling-states';
import { at, callBackup } from '../private/workflow-tasks';

export interface OnDemandBackupDefinitionProps {
  readonly fileSystemId: string;
  readonly fileSystemArn: string;
  readonly backupVaultName: string;
  readonly backupRoleArn: string;
  readonly lifecycle: Record<string, number>;
  readonly startWindow: Duration;
  readonly backupTimeout: Duration;
  readonly otherJobTimeout: Duration;
  readonly before?: WorkflowHook;
  readonly after?: WorkflowHook;
}

/** The states in which a backup job has not ended (DescribeBackupJob, AWS Backup API reference). */
const ACTIVE = ['CREATED', 'PENDING', 'RUNNING', 'ABORTING'];
/** How AWS Backup words that a job of the same resource came first ("Troubleshooting", AWS Backup Developer Guide). */
const COLLISION = '*running job for the same resource*';
/** After so many collisions it is no chance any more. */
const MOST_ATTEMPTS = 5;

/**
 * The states of an on-demand backup. One attempt is: nothing else running, the step before, the job, the step after; the step after
 * follows whenever the step before was called, however the job ended. There is no time-out of the whole machine, because it would end
 * an execution without that step: each part has its own. Written in JSONPath without variables, as the restore workflow.
 */
export class OnDemandBackupDefinition extends Construct {
  /** The first state. */
  public readonly start: sfn.State;

  private readonly failed: sfn.State;
  private readonly look: sfn.State;
  /** Where an attempt ends, however it ended. */
  private readonly settle: sfn.State;

  constructor(scope: Construct, id: string, private readonly props: OnDemandBackupDefinitionProps) {
    super(scope, id);
    this.failed = new sfn.Fail(this, 'BackupFailed', { errorPath: '$.outcome.error', causePath: '$.outcome.sentence' });
    const looks = this.lookForOtherJobs();
    this.look = looks;
    this.settle = this.settleAttempt();
    looks.next(new sfn.Choice(this, 'ChooseByOtherBackupJobs')
      .when(sfn.Condition.isPresent('$.others.ids[0]'), this.lookAgain())
      .otherwise(this.attempt()));
    this.start = new sfn.Pass(this, 'Begin', {
      comment: 'Whatever the input is, from here on the state is an object in which every step has its place',
      parameters: {
        'input.$': '$',
        'execution': { 'id.$': '$$.Execution.Id' },
        'states': ACTIVE,
        'looks': { count: 0 },
        'polls': { count: 0 },
        'attempts': { count: 1 },
        'paused': { answer: {} },
      },
    }).next(this.look).startState;
  }

  /** AWS Backup runs one job at a time for a file system; one that is started beside it waits, and expires, with the writers paused. */
  private lookForOtherJobs(): sfn.Map {
    const list = callBackup(this, 'ListBackupJobs', 'listBackupJobs', '$', { ByResourceArn: this.props.fileSystemArn, ByState: at('$.state') }, {
      resultSelector: { 'ids.$': '$.BackupJobs[*].BackupJobId' },
    });
    const look = new sfn.Map(this, 'LookForOtherBackupJobs', {
      itemsPath: '$.states',
      itemSelector: { 'state.$': '$$.Map.Item.Value' },
      resultSelector: { 'ids.$': '$[*].ids[*]' },
      resultPath: '$.others',
    });
    look.itemProcessor(list);
    look.addCatch(this.fromAws('BackupJobsNotListed', this.failed), { resultPath: '$.caught' });
    return look;
  }

  private lookAgain(): sfn.State {
    return pollAgain(this, {
      plan: planPolling(this.props.otherJobTimeout.toSeconds(), MOST_SLOW_LOOKS),
      look: this.look,
      counter: '$.looks',
      names: { count: 'CountLook', choose: 'ChooseLookPace', waits: ['WaitBrieflyForOtherJobs', 'WaitLongerForOtherJobs', 'WaitLongForOtherJobs'] },
      exhausted: this.outcome('OtherBackupJobRunning', OnDemandBackupError.OTHER_BACKUP_JOB_RUNNING,
        `States.Format('other backup jobs of the file system were still there after ${this.props.otherJobTimeout.toHumanString()}: {}', States.JsonToString($.others.ids))`, this.failed),
    });
  }

  private attempt(): sfn.State {
    const job = this.backUp();
    if (this.props.before === undefined) {
      return job;
    }
    const before = this.props.before._state(this, 'BeforeBackup', this.call('BEFORE_BACKUP', '$.paused', 'before'));
    before.addCatch(this.outcome('BeforeBackupFailed', OnDemandBackupError.BEFORE_BACKUP_FAILED, "States.Format('{}: {}', $.caught.Error, $.caught.Cause)"), { resultPath: '$.caught' });
    before.next(job);
    return before;
  }

  private backUp(): sfn.State {
    const { startWindow, backupTimeout } = this.props;
    const start = callBackup(this, 'StartBackupJob', 'startBackupJob', '$.job', {
      BackupVaultName: this.props.backupVaultName,
      ResourceArn: this.props.fileSystemArn,
      IamRoleArn: this.props.backupRoleArn,
      // of the execution and the attempt: an answer that was lost starts no second job
      IdempotencyToken: at("States.Format('{}-{}', States.Hash($.execution.id, 'SHA-256'), $.attempts.count)"),
      StartWindowMinutes: startWindow.toMinutes(),
      CompleteWindowMinutes: backupTimeout.toMinutes(),
      Lifecycle: this.props.lifecycle,
    });
    start.addCatch(this.outcome('BackupJobNotStarted', OnDemandBackupError.BACKUP_JOB_NOT_STARTED, "States.Format('{}: {}', $.caught.Error, $.caught.Cause)"), { resultPath: '$.caught' });

    const describe = callBackup(this, 'DescribeBackupJob', 'describeBackupJob', '$.backupJob', { BackupJobId: at('$.job.BackupJobId') });
    describe.addCatch(this.fromAws('BackupJobNotDescribed', this.settle), { resultPath: '$.caught' });
    const patience = Duration.minutes(patienceMinutes({ startWindowMinutes: startWindow.toMinutes(), backupMinutes: backupTimeout.toMinutes() }));
    const again = pollAgain(this, {
      plan: planPolling(patience.toSeconds()),
      look: describe,
      counter: '$.polls',
      names: { count: 'CountPoll', choose: 'ChoosePace', waits: ['WaitBriefly', 'WaitLonger', 'WaitLong'] },
      exhausted: this.outcome('BackupJobTimedOut', OnDemandBackupError.BACKUP_JOB_TIMED_OUT,
        `States.Format('backup job {} was still running after ${patience.toHumanString()}', $.job.BackupJobId)`),
    });
    const succeeded = new sfn.Pass(this, 'BackupJobCompleted', {
      parameters: { 'status': 'SUCCEEDED', 'sentence.$': "States.Format('backup job {} made the recovery point {}', $.backupJob.BackupJobId, $.backupJob.RecoveryPointArn)" },
      resultPath: '$.outcome',
    });
    succeeded.next(this.settle);
    const state = (name: string) => sfn.Condition.stringEquals('$.backupJob.State', name);
    const ended = (error: OnDemandBackupError) => this.outcome(error, error, "States.Format('AWS Backup says: {}', States.JsonToString($.backupJob))");
    start.next(describe).next(new sfn.Choice(this, 'ChooseByBackupJobState')
      .when(state('COMPLETED'), succeeded)
      .when(sfn.Condition.and(
        sfn.Condition.or(state('EXPIRED'), state('FAILED'), state('ABORTED')),
        sfn.Condition.isPresent('$.backupJob.StatusMessage'),
        sfn.Condition.stringMatches('$.backupJob.StatusMessage', COLLISION),
      ), this.collide())
      .when(state('EXPIRED'), ended(OnDemandBackupError.BACKUP_JOB_EXPIRED))
      .when(sfn.Condition.or(state('FAILED'), state('ABORTED'), state('PARTIAL')), ended(OnDemandBackupError.BACKUP_JOB_FAILED))
      .otherwise(again));
    return start;
  }

  /** Another job came between the look and ours: the next attempt has a token, and steps around it, of its own. */
  private collide(): sfn.State {
    const collided = new sfn.Pass(this, 'BackupJobCollided', {
      parameters: { 'status': 'COLLIDED', 'sentence.$': "States.Format('another backup job came before job {}', $.backupJob.BackupJobId)" },
      resultPath: '$.outcome',
    });
    collided.next(this.settle);
    return new sfn.Choice(this, 'ChooseWhetherToTryAgain')
      .when(sfn.Condition.numberLessThan('$.attempts.count', MOST_ATTEMPTS), collided)
      .otherwise(this.outcome('BackupJobsCollided', OnDemandBackupError.OTHER_BACKUP_JOB_RUNNING,
        `States.Format('another backup job came first, ${MOST_ATTEMPTS} times in a row. AWS Backup says: {}', States.JsonToString($.backupJob))`));
  }

  /** The step after the backup, then what the attempt came to. */
  private settleAttempt(): sfn.State {
    const answer = new sfn.Pass(this, 'Answer', {
      parameters: {
        'recoveryPointArn.$': '$.backupJob.RecoveryPointArn',
        'backupJobId.$': '$.backupJob.BackupJobId',
        'attempts.$': '$.attempts.count',
        'backupJob.$': '$.backupJob',
      },
    });
    answer.next(new sfn.Succeed(this, 'BackupSucceeded'));
    const count = new sfn.Pass(this, 'CountAttempt', { parameters: { 'count.$': 'States.MathAdd($.attempts.count, 1)' }, resultPath: '$.attempts' });
    count.next(this.look);
    const choose = new sfn.Choice(this, 'ChooseByOutcome')
      .when(sfn.Condition.stringEquals('$.outcome.status', 'SUCCEEDED'), answer)
      .when(sfn.Condition.stringEquals('$.outcome.status', 'COLLIDED'), count)
      .otherwise(this.failed);
    if (this.props.after === undefined) {
      return choose;
    }
    const after = this.props.after._state(this, 'AfterBackup', this.call('AFTER_BACKUP', '$.resumed', 'after', { outcome: at('$.outcome') }));
    after.addCatch(this.outcome('AfterBackupFailed', OnDemandBackupError.AFTER_BACKUP_FAILED,
      "States.Format('{}: {}. Before that: {}', $.caught.Error, $.caught.Cause, $.outcome.sentence)", this.failed), { resultPath: '$.caught' });
    after.next(choose);
    return after;
  }

  private call(phase: string, resultPath: string, word: string, more: Record<string, unknown> = {}) {
    const { fileSystemId, fileSystemArn } = this.props;
    return {
      resultPath,
      // up to 80 characters ("StartExecution", AWS Step Functions API reference): a hash has 64
      name: at(`States.Format('{}-{}-${word}', States.Hash($.execution.id, 'SHA-256'), $.attempts.count)`),
      payload: {
        phase,
        fileSystemId,
        fileSystemArn,
        executionId: at('$.execution.id'),
        attempt: at('$.attempts.count'),
        input: at('$.input'),
        paused: at('$.paused.answer'),
        ...more,
      },
    };
  }

  /** A failure whose sentence is an expression of the state language. */
  private outcome(id: string, error: OnDemandBackupError, sentence: string, next: sfn.IChainable = this.settle): sfn.State {
    return this.fail(id, { error, 'sentence.$': sentence }, next);
  }

  /** A failure that keeps the name that AWS gave it. */
  private fromAws(id: string, next: sfn.IChainable): sfn.State {
    return this.fail(id, { 'error.$': '$.caught.Error', 'sentence.$': '$.caught.Cause' }, next);
  }

  private fail(id: string, parameters: Record<string, string>, next: sfn.IChainable): sfn.State {
    const failure = new sfn.Pass(this, id, { parameters: { status: 'FAILED', ...parameters }, resultPath: '$.outcome' });
    failure.next(next);
    return failure;
  }
}
