import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { planPolling } from '../../src/core/polling';
import { pollAgain } from '../../src/private/polling-states';
import { definitionOf, makeStack } from '../restore/fixture';

const PLAN = planPolling(86_400);

function statesOf(planned?: { seconds: string; most: string }) {
  const stack = makeStack();
  const look = new sfn.Pass(stack, 'Look');
  const again = pollAgain(stack, {
    plan: PLAN,
    planned,
    look,
    counter: '$.poll',
    names: { count: 'Count', choose: 'Choose', waits: ['One', 'Two', 'Three'] },
    exhausted: new sfn.Fail(stack, 'Exhausted'),
  });
  new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(look.next(again)) });
  return definitionOf(stack).States;
}

test('counts, gives up after the most polls, waits by the pace of the count, and looks again', () => {
  const states = statesOf();
  const [first, second] = PLAN.paces;
  expect(states.Look.Next).toBe('Count');
  expect(states.Count).toEqual({ Type: 'Pass', Parameters: { 'count.$': 'States.MathAdd($.poll.count, 1)' }, ResultPath: '$.poll', Next: 'Choose' });
  expect(states.Choose).toEqual({
    Type: 'Choice',
    Choices: [
      { Variable: '$.poll.count', NumericGreaterThanEquals: PLAN.most, Next: 'Exhausted' },
      { Variable: '$.poll.count', NumericLessThan: first.upTo, Next: 'One' },
      { Variable: '$.poll.count', NumericLessThan: second.upTo, Next: 'Two' },
    ],
    Default: 'Three',
  });
  expect(['One', 'Two', 'Three'].map((name) => states[name])).toEqual(PLAN.paces.map(({ seconds }) => ({ Type: 'Wait', Seconds: seconds, Next: 'Look' })));
});

test('takes the last pace and the most polls from the state where they are there', () => {
  const states = statesOf({ seconds: '$.polling.slow', most: '$.polling.most' });
  expect(states.Choose.Choices![0]).toEqual({ Variable: '$.poll.count', NumericGreaterThanEqualsPath: '$.polling.most', Next: 'Exhausted' });
  expect(states.Three).toEqual({ Type: 'Wait', SecondsPath: '$.polling.slow', Next: 'Look' });
  expect([states.One, states.Two]).toEqual([statesOf().One, statesOf().Two]);
});
