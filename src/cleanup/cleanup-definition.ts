import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { CleanupError, UnprovenDirectories } from '../core/cleanup';
import type { CleanupSettings } from '../core/cleanup';
import { MOST_RUNNING_EXECUTIONS } from '../core/cleanup-turn';
import { RestoreError } from '../core/contract';
import { RefusalReason } from '../core/deletion-guard';
import { RecoveryDirectoryDisposal } from '../core/restore-request';
import { DeletionStates } from '../private/deletion-states';
import { invoke, listRunningExecutions, MOUNT_ERRORS, publish } from '../private/workflow-tasks';

export interface CleanupDefinitionProps {
  readonly controlPlane: lambda.IFunction;
  readonly worker: lambda.IFunction;
  readonly settings: CleanupSettings;
  readonly unprovenDirectories: UnprovenDirectories;
  /** The state machines that restore into the same file system. */
  readonly restoreStateMachineArns: string[];
  /** The topic that hears what a cleanup did. */
  readonly topicArn?: string;
}

/** A restore is waited for as long as this, looked at so often. */
const WAIT = Duration.minutes(15);
const MOST_WAITS = 96;

/** A place in the state, whatever type it has. */
const at = (path: string): string => sfn.JsonPath.stringAt(path);

/**
 * The states of a cleanup, in the order in which they run. Written in JSONPath without variables, which is what local interpreters
 * execute. The state of the machine is what core/cleanup-report.ts reports of.
 */
export class CleanupDefinition extends Construct {
  /** The first state. */
  public readonly start: sfn.IChainable & sfn.State;

  private readonly report: sfn.State;

  constructor(scope: Construct, id: string, private readonly props: CleanupDefinitionProps) {
    super(scope, id);
    this.report = this.end();
    const survey = this.survey(this.clean());
    this.start = this.begin(this.waitForTurn(survey));
  }

  private begin(next: sfn.State): sfn.State {
    const begin = new sfn.Pass(this, 'Begin', {
      comment: 'Whatever the input is, from here on the state is an object in which every step has its place',
      parameters: {
        'input.$': '$',
        'execution': { 'id.$': '$$.Execution.Id', 'name.$': '$$.Execution.Name', 'startTime.$': '$$.Execution.StartTime' },
        'wait': { count: 0 },
        'facts': {},
        'before': {},
        'survey': {},
        'cleaned': [],
      },
    });
    const prepare = this.orFail(invoke(this, 'PrepareCleanup', this.props.controlPlane, '$.prepared', { operation: 'prepare', input: at('$.input') }));
    const ignored = new sfn.Pass(this, 'IgnoreEvent', { parameters: { 'outcome': 'IGNORED', 'sentence.$': '$.prepared.sentence' } });
    ignored.next(new sfn.Succeed(this, 'EventIgnored'));
    begin.next(prepare).next(new sfn.Choice(this, 'ChooseByTrigger')
      .when(sfn.Condition.booleanEquals('$.prepared.proceed', false), ignored)
      .otherwise(next));
    return begin;
  }

  private waitForTurn(next: sfn.State): sfn.State {
    const tasks = this.takeTurn(this, '', 'TakeTurn');
    tasks.forEach((task) => this.orFail(task));
    const wait = new sfn.Wait(this, 'WaitForRestore', { time: sfn.WaitTime.duration(WAIT) });
    wait.next(tasks[0]);
    const count = new sfn.Pass(this, 'CountWait', { parameters: { 'count.$': 'States.MathAdd($.wait.count, 1)' }, resultPath: '$.wait' });
    count.next(wait);
    chain(tasks).next(new sfn.Choice(this, 'ChooseByTurn')
      .when(sfn.Condition.stringEquals('$.facts.decision', 'GO'), next)
      .when(sfn.Condition.and(sfn.Condition.stringEquals('$.facts.decision', 'WAIT'), sfn.Condition.numberLessThan('$.wait.count', MOST_WAITS)), count)
      .otherwise(this.report));
    return tasks[0];
  }

  /** Asks whose turn it is; the last of the tasks writes `$.facts`. The lists are of AWS Step Functions itself: decision record 16. */
  private takeTurn(scope: Construct, suffix: string, last: string, more: Record<string, unknown> = {}): sfn.TaskStateBase[] {
    const lists = this.props.restoreStateMachineArns.map((arn, index) => listRunningExecutions(
      scope, `ListRunningRestores${index === 0 ? '' : index + 1}${suffix}`, arn, MOST_RUNNING_EXECUTIONS, `$.restores${index}`,
    ));
    return [
      listRunningExecutions(scope, `ListRunningCleanups${suffix}`, at('$$.StateMachine.Id'), MOST_RUNNING_EXECUTIONS, '$.cleanups'),
      ...lists,
      invoke(scope, last, this.props.controlPlane, '$.facts', {
        operation: 'turn',
        execution: at('$.execution'),
        cleanups: at('$.cleanups'),
        restores: lists.length === 0 ? [] : sfn.JsonPath.array(...lists.map((_, index) => at(`$.restores${index}`))),
        before: at('$.before'),
        ...more,
      }),
    ];
  }

  private survey(clean: sfn.State): sfn.State {
    const survey = invoke(this, 'SurveyRecoveryDirectories', this.props.worker, '$.survey', {
      operation: 'survey', contents: true, operationsPerSecond: this.props.settings.operationsPerSecond, previous: at('$.survey'),
    });
    const notMounted = new sfn.Pass(this, 'FileSystemNotMounted', {
      parameters: { 'Error': RestoreError.FILE_SYSTEM_NOT_MOUNTED, 'Cause.$': '$.failure.Cause' }, resultPath: '$.failure',
    });
    notMounted.next(this.report);
    survey.addCatch(notMounted, { errors: MOUNT_ERRORS, resultPath: '$.failure' });
    this.orFail(survey);
    const choose = this.orFail(invoke(this, 'ChooseDirectories', this.props.controlPlane, '$.choice', {
      operation: 'choose', survey: at('$.survey'), mode: at('$.prepared.mode'),
    }));
    const forget = new sfn.Pass(this, 'ForgetSurvey', { comment: 'What was chosen says all of it; the state holds 256 KiB', parameters: {}, resultPath: '$.survey' });
    survey.next(new sfn.Choice(this, 'ChooseBySurvey')
      .when(sfn.Condition.booleanEquals('$.survey.done', false), survey)
      .otherwise(choose));
    choose.next(forget).next(clean);
    return survey;
  }

  /** One directory after the other: several at once would only share what the file system takes. */
  private clean(): sfn.State {
    const directories = new sfn.Map(this, 'CleanDirectories', {
      itemsPath: '$.choice.chosen',
      maxConcurrency: 1,
      itemSelector: {
        'directory.$': '$$.Map.Item.Value.directory',
        'shards.$': '$$.Map.Item.Value.shards',
        'operationsPerSecond.$': '$$.Map.Item.Value.operationsPerSecond',
        'mode.$': '$.prepared.mode',
        'execution.$': '$.execution',
        'before': { 'since.$': '$$.State.EnteredTime' },
      },
      resultPath: '$.cleaned',
    });
    const { worker, settings, controlPlane, unprovenDirectories } = this.props;
    const deletion = new DeletionStates(this, 'Deletion', {
      worker,
      controlPlane,
      directory: '$.directory',
      operationsPerSecond: '$.operationsPerSecond',
      operationsPerSecondOfAll: settings.operationsPerSecond,
      workers: settings.workers,
      shards: '$.shards',
      event: {
        mode: at('$.mode'),
        disposal: RecoveryDirectoryDisposal.DELETE,
        retentionSeconds: settings.deleteAfterSeconds,
        restoredSince: at('$.facts.restoredSince'),
        ...(unprovenDirectories === UnprovenDirectories.CLEAN_UP ? { guardsOff: [RefusalReason.UNPROVEN] } : {}),
      },
      carried: { mode: '$.mode', execution: '$.execution', before: '$.before' },
      facts: (states) => this.takeTurn(states, 'AgainForShard', 'ReadDeletionFacts', { directory: at('$.directory') }),
    });
    directories.itemProcessor(sfn.Chain.start(deletion.start));
    directories.next(this.report);
    return directories;
  }

  /** Reports, tells the topic where there is something to tell, and ends as the report says. The report takes the place of the state: both would not fit. */
  private end(): sfn.State {
    const failed = new sfn.Fail(this, 'CleanupFailed', { errorPath: '$.report.error', causePath: '$.report.sentence' });
    const ended = new sfn.Choice(this, 'ChooseByOutcome')
      .when(sfn.Condition.stringEquals('$.report.outcome', 'FAILED'), failed)
      .otherwise(new sfn.Succeed(this, 'CleanupEnded', { outputPath: '$.report' }));
    const report = invoke(this, 'ReportCleanup', this.props.controlPlane, '$', { operation: 'report', execution: at('$') });
    const unreported = new sfn.Pass(this, 'CleanupNotReported', {
      parameters: {
        report: {
          'outcome': 'FAILED',
          'error': CleanupError.CLEANUP_NOT_REPORTED,
          'sentence.$': "States.Format('The report could not be written ({}); what was done is in the history of the execution.', $.reportError.Error)",
        },
      },
    });
    report.addCatch(unreported, { resultPath: '$.reportError' });
    unreported.next(failed);
    if (this.props.topicArn === undefined) {
      report.next(ended);
      return report;
    }
    const tell = publish(this, 'PublishReport', this.props.topicArn, {
      Subject: at('$.subject'),
      Message: sfn.JsonPath.jsonToString(sfn.JsonPath.objectAt('$.report')),
    });
    tell.addCatch(ended, { resultPath: '$.publishError' });
    tell.next(ended);
    report.next(new sfn.Choice(this, 'ChooseWhetherToTell').when(sfn.Condition.booleanEquals('$.tell', true), tell).otherwise(ended));
    return report;
  }

  /** What a function throws has the name of the failure already. */
  private orFail<Task extends sfn.TaskStateBase>(task: Task): Task {
    task.addCatch(this.report, { resultPath: '$.failure' });
    return task;
  }
}

function chain(tasks: sfn.TaskStateBase[]): sfn.Chain {
  return tasks.slice(1).reduce((before, task) => before.next(task), sfn.Chain.start(tasks[0]));
}
