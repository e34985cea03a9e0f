import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { PollingPlan } from '../core/polling';

export interface PollingStatesProps {
  readonly plan: PollingPlan;
  /** Where the state has the seconds of the last pace, and the most polls, which take the place of the plan's. @default - as planned */
  readonly planned?: { readonly seconds: string; readonly most: string };
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
export function pollAgain(scope: Construct, { plan: { paces, most }, planned, look, counter, names, exhausted }: PollingStatesProps): sfn.State {
  const count = new sfn.Pass(scope, names.count, { parameters: { 'count.$': `States.MathAdd(${counter}.count, 1)` }, resultPath: counter });
  const polls = `${counter}.count`;
  const { numberGreaterThanEquals, numberGreaterThanEqualsJsonPath } = sfn.Condition;
  const isPatienceOver = planned ? numberGreaterThanEqualsJsonPath(polls, planned.most) : numberGreaterThanEquals(polls, most);
  const choose = new sfn.Choice(scope, names.choose).when(isPatienceOver, exhausted);
  const waits = paces.map(({ seconds }, index) => new sfn.Wait(scope, names.waits[index], {
    time: planned && index === paces.length - 1 ? sfn.WaitTime.secondsPath(planned.seconds) : sfn.WaitTime.duration(Duration.seconds(seconds)),
  }));
  paces.slice(0, -1).forEach(({ upTo }, index) => choose.when(sfn.Condition.numberLessThan(polls, upTo), waits[index]));
  choose.otherwise(waits[waits.length - 1]);
  waits.forEach((wait) => wait.next(look));
  count.next(choose);
  return count;
}
