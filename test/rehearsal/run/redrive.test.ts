import { StateMachine } from '../../../rehearsal/run/state-machine';
import type { StateMachineOptions } from '../../../rehearsal/run/state-machine';
import { NotRehearsedError, TaskError } from '../../../rehearsal/run/task-error';

const FUNCTION = 'arn:aws:lambda:eu-central-1:111122223333:function:work';
const task = (more: object = {}) => ({ Type: 'Task', Resource: FUNCTION, End: true, ...more });

/** A state machine whose tasks call one function, which may be exchanged. */
function machine(states: Record<string, object>, more: Partial<StateMachineOptions> & { TimeoutSeconds?: number } = {}) {
  const { TimeoutSeconds, ...options } = more;
  const work = jest.fn(async (event: any): Promise<unknown> => event);
  const made = new StateMachine({
    arn: 'arn:aws:states:eu-central-1:111122223333:stateMachine:demo',
    definition: JSON.stringify({ StartAt: Object.keys(states)[0], States: states, ...(TimeoutSeconds === undefined ? {} : { TimeoutSeconds }) }),
    functions: [{ arn: FUNCTION, functionName: 'work', invoke: async (event) => work(event) }],
    wait: () => 1,
    ...options,
  });
  return { made, work };
}

const fails = async (): Promise<never> => { throw new TaskError('Broken', 'no'); };
const hangs = async (): Promise<never> => new Promise(() => undefined);

test('goes on at the step that failed, with its input; what was successful is not run again', async () => {
  const { made, work } = machine({
    First: task({ Parameters: { step: 1 }, ResultPath: '$.first', End: undefined, Next: 'Second' }),
    Second: task({ Parameters: { 'step': 2, 'first.$': '$.first' } }),
  });
  work.mockImplementationOnce(async (event) => event).mockImplementationOnce(fails);
  const failed = await made.execute({ a: 1 }, 'x');
  expect(failed).toMatchObject({ status: 'FAILED', error: 'Broken', redriveCount: 0 });

  const redriven = await made.redrive('x');

  expect(redriven).toMatchObject({ arn: failed.arn, status: 'SUCCEEDED', output: { step: 2, first: { step: 1 } }, redriveCount: 1, visited: ['First', 'Second', 'Second'] });
  expect(work.mock.calls.map(([{ step }]) => step)).toEqual([1, 2, 2]);
  expect(redriven.historyEvents).toBeGreaterThan(failed.historyEvents);
});

test('retries begin anew, and the time-out of the machine too', async () => {
  const { made, work } = machine({ T: task({ Retry: [{ ErrorEquals: ['Broken'], MaxAttempts: 2 }] }) });
  work.mockImplementation(fails);
  await made.execute({}, 'x');
  expect(work).toHaveBeenCalledTimes(3);
  expect((await made.redrive('x')).status).toBe('FAILED');
  expect(work).toHaveBeenCalledTimes(6);

  const slow = machine({ T: task() }, { TimeoutSeconds: 3600, timeout: () => 200 });
  slow.work.mockImplementationOnce(hangs);
  expect(await slow.made.execute({ in: 1 }, 'y')).toMatchObject({ status: 'TIMED_OUT' });
  expect(await slow.made.redrive('y')).toMatchObject({ status: 'SUCCEEDED', output: { in: 1 } });
});

test('a Fail state is entered again, and fails again', async () => {
  const { made, work } = machine({
    T: task({ Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'F' }] }),
    F: { Type: 'Fail', ErrorPath: '$.failure.Error', Cause: 'caught' },
  });
  work.mockImplementation(fails);
  const failed = await made.execute({}, 'x');
  const redriven = await made.redrive('x');
  expect(redriven).toMatchObject({ status: 'FAILED', error: failed.error, cause: failed.cause, visited: ['T', 'F', 'F'] });
  expect(work).toHaveBeenCalledTimes(1);
});

test('of a Map state only the iterations that failed or were aborted are redriven, each from where it stopped', async () => {
  const { made, work } = machine({
    M: {
      Type: 'Map',
      ItemsPath: '$.items',
      MaxConcurrency: 1,
      ItemProcessor: {
        StartAt: 'A',
        States: { A: task({ Parameters: { 'step': 'A', 'item.$': '$' }, End: undefined, Next: 'B' }), B: task({ Parameters: { 'step': 'B', 'item.$': '$.item' } }) },
      },
      End: true,
    },
  });
  work.mockImplementation(async (event) => (event.step === 'B' && event.item === 2 ? fails() : event));
  expect(await made.execute({ items: [1, 2, 3] }, 'x')).toMatchObject({ status: 'FAILED', error: 'Broken' });
  work.mockClear();
  work.mockImplementation(async (event) => event);
  const { output } = await made.redrive('x');
  expect(output).toEqual([1, 2, 3].map((item) => ({ step: 'B', item })));
  expect(work.mock.calls.map(([{ step, item }]) => `${step}${item}`)).toEqual(['B2', 'A3', 'B3']);
});

test('of a Parallel state only the branch that failed; after States.DataLimitExceeded all of it', async () => {
  const branch = (name: string) => ({ StartAt: name, States: { [name]: task({ Parameters: { name } }) } });
  const { made, work } = machine({ P: { Type: 'Parallel', Branches: [branch('Left'), branch('Right')], End: true } });
  let answer: () => unknown = fails;
  work.mockImplementation(async (event) => (event.name === 'Right' ? (await new Promise((resolve) => { setTimeout(resolve, 20); }), answer()) : event));
  await made.execute({}, 'x');
  answer = () => 'x'.repeat(300_000);
  expect(await made.redrive('x')).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  const names = () => work.mock.calls.map(([{ name }]) => name);
  expect(names()).toEqual(['Left', 'Right', 'Right']);
  answer = () => 'well';
  expect((await made.redrive('x')).output).toEqual([{ name: 'Left' }, 'well']);
  expect(names().slice(3).sort()).toEqual(['Left', 'Right']);
});

test('a Map state that is retried begins from the start, also in a redrive', async () => {
  const { made, work } = machine({
    M: {
      Type: 'Map',
      ItemsPath: '$.items',
      MaxConcurrency: 1,
      Retry: [{ ErrorEquals: ['Broken'], MaxAttempts: 1 }],
      ItemProcessor: { StartAt: 'A', States: { A: task() } },
      End: true,
    },
  });
  work.mockImplementation(async (item) => (item === 2 ? fails() : item));
  await made.execute({ items: [1, 2] }, 'x');
  expect(work.mock.calls.flat()).toEqual([1, 2, 1, 2]);
  await made.redrive('x');
  expect(work.mock.calls.flat().slice(4)).toEqual([2, 1, 2]);
});

test('an execution that was stopped goes on at the state that was running, which no Catch hears of', async () => {
  const { made, work } = machine({
    T: task({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C' }] }),
    C: { Type: 'Succeed' },
  });
  work.mockImplementationOnce(hangs);
  const running = made.execute({ in: 1 }, 'x');
  while (work.mock.calls.length === 0) {
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
  await expect(made.redrive('x')).rejects.toThrow('ExecutionNotRedrivable: the execution is RUNNING');
  made.stop('x');
  expect(await running).toMatchObject({ status: 'ABORTED', visited: ['T'] });
  expect(await made.redrive('x')).toMatchObject({ status: 'SUCCEEDED', output: { in: 1 }, visited: ['T', 'T'] });
});

test('what cannot be redriven says so', async () => {
  const { made } = machine({ T: task() });
  await made.execute({}, 'x');
  await expect(made.redrive('x')).rejects.toThrow('ExecutionNotRedrivable: the execution is SUCCEEDED');
  const pass = machine({ P: { Type: 'Pass', Parameters: { 'a.$': '$.missing' }, End: true } });
  await pass.made.execute({}, 'y');
  await expect(pass.made.redrive('y')).rejects.toThrow(NotRehearsedError);
});
