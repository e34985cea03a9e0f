import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { PollingPlan } from '../core/polling';

export interface PollingStatesProps {
  readonly plan: PollingPlan;
  /** The state that looks again. */
  readonly look: sfn.IChainable;
  /** The place in the state that holds `{ count }`, begun with 0. */
  readonly counter: string;
  /** The names of the states; one wait for each pace of the plan. */
  readonly names: { readonly count: string; readonly choose: string; readonly waits: readonly string[] };
  /** Where it goes on when the patience is over. */
  readonly exhausted: sfn.IChainable;
}

/** The states that lead to another look: count, choose the pace, wait. The answer is the first of them. */
export function pollAgain(scope: Construct, { plan: { paces, most }, look, counter, names, exhausted }: PollingStatesProps): sfn.State {
  const count = new sfn.Pass(scope, names.count, { parameters: { 'count.$': `States.MathAdd(${counter}.count, 1)` }, resultPath: counter });
  const choose = new sfn.Choice(scope, names.choose).when(sfn.Condition.numberGreaterThanEquals(`${counter}.count`, most), exhausted);
  const waits = paces.map(({ seconds }, index) =>
    new sfn.Wait(scope, names.waits[index], { time: sfn.WaitTime.duration(Duration.seconds(seconds)) }));
  paces.slice(0, -1).forEach(({ upTo }, index) => choose.when(sfn.Condition.numberLessThan(`${counter}.count`, upTo), waits[index]));
  choose.otherwise(waits[waits.length - 1]);
  waits.forEach((wait) => wait.next(look));
  count.next(choose);
  return count;
}
