import { StateMachine } from '../../../rehearsal/run/state-machine';
import type { StartedStateMachine } from '../../../rehearsal/run/task-resource';

const ARN = 'arn:aws:states:eu-central-1:111122223333:stateMachine:other';
const DEFINITION = JSON.stringify({
  StartAt: 'Call',
  States: {
    Call: {
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Parameters: { StateMachineArn: ARN, Input: { 'of.$': '$.of' }, Name: 'once' },
      Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'Caught' }],
      End: true,
    },
    Caught: { Type: 'Pass', End: true },
  },
});
const machine = (stateMachines: StartedStateMachine[]) => new StateMachine({ arn: ARN.replace('other', 'this'), definition: DEFINITION, stateMachines, wait: () => 1 });

test('another state machine is started with its input and name, and its output lies under Output', async () => {
  const started: unknown[] = [];
  const execute: StartedStateMachine['execute'] = async (input, name) => {
    started.push([input, name]);
    return { status: 'SUCCEEDED', output: { answer: 42 } };
  };
  const { status, output, historyEvents } = await machine([{ arn: ARN, execute }]).execute({ of: 'ours' });
  expect([status, output]).toEqual(['SUCCEEDED', expect.objectContaining({
    Status: 'SUCCEEDED', Output: { answer: 42 }, ExecutionArn: 'arn:aws:states:eu-central-1:111122223333:execution:other:once',
  })]);
  expect(started).toEqual([[{ of: 'ours' }, 'once']]);
  expect(historyEvents).toBe(2 + 2 + 4); // of the execution, of the state, and scheduled, started, submitted, succeeded
});

test('its failure is States.TaskFailed, with what it said in the cause', async () => {
  const { output } = await machine([{ arn: ARN, execute: async () => ({ status: 'FAILED', error: 'Broken', cause: 'no way' }) }]).execute({ of: 'ours' });
  expect(output).toMatchObject({ Error: 'States.TaskFailed' });
  expect(JSON.parse((output as { Cause: string }).Cause)).toMatchObject({ Status: 'FAILED', Error: 'Broken', Cause: 'no way' });
});

test('one that nothing serves is not passed over', async () => {
  await expect(machine([]).execute({ of: 'ours' })).rejects.toThrow(/'Call' starts the state machine '.*:other', which nothing serves here/);
});
