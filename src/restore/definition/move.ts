import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { eachDirectory, untilDone } from './each-directory';
import type { FailurePath } from './failure-path';
import { RestoreError } from '../../core/contract';
import { at, invoke } from '../../private/workflow-tasks';

export interface MoveProps {
  readonly worker: lambda.IFunction;
  readonly operationsPerSecond: number;
  readonly failures: FailurePath;
  readonly next: sfn.IChainable;
}

const NOTHING_MOVED = 'nothing was moved, because entries are in the way (conflict policy FAIL): {}';

/** Moves what was restored; several directories one after the other, as if they were one. */
export function moveIntoPlace(scope: Construct, props: MoveProps): sfn.State {
  const { failures, next } = props;
  const begin = new sfn.Pass(scope, 'BeginMove', { result: sfn.Result.fromBoolean(true), resultPath: '$.moving' });
  const each = moveEach(scope, 'MoveEach', 'MoveIntoPlace', '$.moves', false, props);
  const judge = new sfn.Pass(scope, 'JudgeMove', {
    parameters: {
      'moved.$': "$.moves[?(@.outcome=='MOVED')].outcome",
      'incomplete.$': "$.moves[?(@.outcome=='INCOMPLETE')].outcome",
      'conflicts.$': "$.moves[?(@.outcome=='CONFLICT')].outcome",
    },
    resultPath: '$.judgement',
  });
  const any = (which: string) => sfn.Condition.isPresent(`$.judgement.${which}[0]`);
  const nothing = sfn.Condition.and(any('conflicts'), sfn.Condition.not(any('moved')), sfn.Condition.not(any('incomplete')));
  begin.next(each).next(judge).next(new sfn.Choice(scope, 'ChooseByMove')
    .when(nothing, failures.named('MoveConflict', RestoreError.MOVE_CONFLICT, NOTHING_MOVED, 'States.JsonToString($.moves[*].notes[*])'))
    .when(sfn.Condition.or(any('conflicts'), any('incomplete')), failures.named('MoveIncomplete', RestoreError.MOVE_INCOMPLETE,
      'some entries could not be moved, the others are in place: {}', 'States.JsonToString($.moves[*].notes[*])'))
    .otherwise(sfn.Chain.start(next)));
  return begin;
}

/** Finds out what would be moved, for a dry run, for those who approve, and since under FAIL one conflict anywhere keeps all from being moved. */
export function planMove(scope: Construct, props: MoveProps & { readonly nextOfDryRun: sfn.IChainable }): sfn.State {
  const { failures, next, nextOfDryRun } = props;
  const each = moveEach(scope, 'PlanEach', 'PlanMove', '$.plans', true, props);
  const judge = new sfn.Pass(scope, 'JudgePlan', { parameters: { 'conflicts.$': "$.plans[?(@.outcome=='CONFLICT')].outcome" }, resultPath: '$.judgement' });
  each.next(judge).next(new sfn.Choice(scope, 'ChooseByPlan')
    .when(sfn.Condition.booleanEquals('$.prepared.request.dryRun', true), sfn.Chain.start(nextOfDryRun))
    .when(sfn.Condition.isPresent('$.judgement.conflicts[0]'),
      failures.named('MoveConflictPlanned', RestoreError.MOVE_CONFLICT, NOTHING_MOVED, 'States.JsonToString($.plans[*].notes[*])'))
    .otherwise(sfn.Chain.start(next)));
  return each;
}

function moveEach(
  scope: Construct, id: string, task: string, resultPath: string, dryRun: boolean, { worker, operationsPerSecond, failures }: MoveProps,
): sfn.Map {
  const answer = 'move';
  return failures.mountedOrFail(eachDirectory(scope, id, {
    answer,
    resultPath,
    more: {
      'items.$': '$$.Map.Item.Value.items',
      'only.$': '$$.Map.Item.Value.only',
      'conflictPolicy.$': '$.prepared.request.conflictPolicy',
      'mergedDirectories.$': '$.prepared.request.mergedDirectories',
      'disposal.$': '$.prepared.request.recoveryDirectory',
      'bytes.$': '$.prepared.bytesPerAnswer',
    },
    states: (done) => untilDone(scope, `ChooseWhether${dryRun ? 'Planned' : 'Moved'}`, answer, invoke(scope, task, worker, `$.${answer}`, {
      operation: 'move',
      directory: at('$.directory'),
      items: at('$.items'),
      only: at('$.only'),
      conflictPolicy: at('$.conflictPolicy'),
      mergedDirectories: at('$.mergedDirectories'),
      disposal: at('$.disposal'),
      dryRun,
      operationsPerSecond,
      mostBytes: sfn.JsonPath.numberAt('$.bytes'),
      previous: at(`$.${answer}`),
    }), done),
  }));
}
