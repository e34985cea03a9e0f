import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { askForApproval } from './approval';
import { cleanUp } from './cleanup';
import { ending } from './ending';
import { FailurePath } from './failure-path';
import { runAfter, runBefore, throughAfter } from './hooks';
import type { HookedPhase } from './hooks';
import { moveIntoPlace, planMove } from './move';
import { restoreJobs } from './restore-jobs';
import { verification } from './verification';
import { AfterRestore, RecoveryDirectoryDisposal } from '../../core/restore-request';
import { at, invoke } from '../../private/workflow-tasks';
import { RestoreApprovalStage } from '../restore-approval';
import type { RestoreApproval } from '../restore-approval';
import type { RestoreHooks } from '../restore-hooks';

export interface RestoreDefinitionProps {
  readonly controlPlane: lambda.IFunction;
  readonly worker: lambda.IFunction;
  readonly fileSystemId: string;
  readonly fileSystemArn: string;
  readonly restoreRoleArn: string;
  /** That of the state machine. */
  readonly callerRoleArn: string;
  readonly restoreTimeout: Duration;
  readonly itemsPerRestoreJob: number;
  readonly allowsNewFileSystems: boolean;
  /** Calls to the file system, at most. */
  readonly operationsPerSecond: number;
  /** How many workers delete a recovery directory together. */
  readonly workers: number;
  readonly approval?: RestoreApproval;
  readonly hooks: RestoreHooks;
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

  private readonly approvalStages: RestoreApprovalStage[];

  constructor(scope: Construct, id: string, private readonly props: RestoreDefinitionProps) {
    super(scope, id);
    const { controlPlane, topicArn, approval } = props;
    this.approvalStages = approval === undefined ? [] : approval.stages ?? [RestoreApprovalStage.BEFORE_MOVE];
    const failed = new sfn.Fail(this, 'RestoreFailed', { errorPath: '$.report.error', causePath: '$.report.sentence' });
    const failures = new FailurePath(this, ending(this, { outcome: 'Failure', controlPlane, topicArn, last: failed }));
    const succeeded = ending(this, { outcome: 'Success', controlPlane, topicArn, last: new sfn.Succeed(this, 'RestoreSucceeded', { outputPath: '$.report' }) });
    const move = this.move(failures, succeeded);
    const restore = this.restore(failures, this.verify(failures, move, succeeded), succeeded);
    this.start = this.prepare(failures, this.ask(RestoreApprovalStage.BEFORE_RESTORE, failures, restore));
  }

  private prepare(failures: FailurePath, next: sfn.IChainable): sfn.State {
    const { controlPlane, callerRoleArn, restoreTimeout, itemsPerRestoreJob, allowsNewFileSystems } = this.props;
    const begin = new sfn.Pass(this, 'Begin', {
      comment: 'Whatever the input is, from here on the state is an object in which every step has its place',
      parameters: {
        'input.$': '$',
        'execution': { 'id.$': '$$.Execution.Id', 'name.$': '$$.Execution.Name', 'startTime.$': '$$.Execution.StartTime' },
        'progress': { index: 0, restores: [] },
        'work': {},
        'hooks': { beforeRestore: { answer: {} }, beforeMove: { answer: {} } },
        'verifications': [],
        'plans': [],
        'moves': [],
        'deletions': [],
      },
    });
    const prepare = failures.orFail(invoke(this, 'PrepareRestore', controlPlane, '$.prepared', {
      operation: 'prepare',
      input: at('$.input'),
      executionId: at('$.execution.id'),
      startTime: at('$.execution.startTime'),
      settings: {
        callerRoleArn,
        restoreTimeoutSeconds: restoreTimeout.toSeconds(),
        itemsPerRestoreJob,
        allowsNewFileSystems,
        approvesMove: this.approvalStages.includes(RestoreApprovalStage.BEFORE_MOVE),
      },
    }));
    begin.next(prepare).next(next);
    return begin;
  }

  private restore(outer: FailurePath, verify: sfn.State, succeeded: sfn.State): sfn.State {
    const { worker, controlPlane, callerRoleArn, restoreRoleArn, restoreTimeout, allowsNewFileSystems } = this.props;
    const phase = this.phase('Restore');
    const failures = throughAfter(this, phase, outer);
    const restored = new sfn.Choice(this, 'ChooseWhetherToVerify')
      .when(sfn.Condition.stringEquals('$.prepared.request.afterRestore', AfterRestore.KEEP), succeeded)
      .otherwise(verify);
    const next = runAfter(this, phase, outer, restored);
    const jobs = restoreJobs(this, { worker, controlPlane, callerRoleArn, restoreRoleArn, restoreTimeout, allowsNewFileSystems, failures, next });
    return runBefore(this, phase, failures, jobs);
  }

  private verify(failures: FailurePath, move: sfn.State, succeeded: sfn.State): sfn.State {
    const { worker, operationsPerSecond } = this.props;
    const next = new sfn.Choice(this, 'ChooseWhetherToMove')
      .when(sfn.Condition.stringEquals('$.prepared.request.afterRestore', AfterRestore.MOVE_INTO_PLACE), move)
      .otherwise(succeeded);
    return verification(this, { worker, operationsPerSecond, failures, next });
  }

  private move(outer: FailurePath, succeeded: sfn.State): sfn.State {
    const { worker, controlPlane, operationsPerSecond, workers } = this.props;
    const phase = this.phase('Move');
    const failures = throughAfter(this, phase, outer);
    const clean = cleanUp(this, { controlPlane, worker, workers, operationsPerSecond, next: succeeded });
    const moved = new sfn.Choice(this, 'ChooseWhetherToClean')
      .when(sfn.Condition.stringEquals('$.prepared.request.recoveryDirectory', RecoveryDirectoryDisposal.KEEP), succeeded)
      .otherwise(clean);
    const move = moveIntoPlace(this, { worker, operationsPerSecond, failures, next: runAfter(this, phase, outer, moved) });
    const apply = runBefore(this, phase, failures, move);
    const approved = this.ask(RestoreApprovalStage.BEFORE_MOVE, outer, apply);
    const plan = planMove(this, { worker, operationsPerSecond, failures: outer, next: approved, nextOfDryRun: succeeded });
    return new sfn.Choice(this, 'ChooseWhetherToPlan')
      .when(sfn.Condition.booleanEquals('$.prepared.plansMove', true), plan)
      .otherwise(apply);
  }

  private ask(stage: RestoreApprovalStage, failures: FailurePath, next: sfn.State): sfn.State {
    const { approval, controlPlane } = this.props;
    return approval !== undefined && this.approvalStages.includes(stage)
      ? askForApproval(this, { controlPlane, approval, stage, failures, next }) : next;
  }

  private phase(name: HookedPhase['name']): HookedPhase {
    const { hooks, fileSystemId, fileSystemArn } = this.props;
    return { name, before: hooks[`before${name}`], after: hooks[`after${name}`], fileSystemId, fileSystemArn };
  }
}
