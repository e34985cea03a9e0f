import { StateMachine } from '../../../rehearsal/run/state-machine';
import type { Execution, StateMachineOptions } from '../../../rehearsal/run/state-machine';
import { TaskError } from '../../../rehearsal/run/task-error';

// What the definitions of this project use of the Amazon States Language, executed. The library below gets some of it wrong
// (rehearsal/run/interpreted-definition.ts): these tests hold for Step Functions, not for the library.

const FUNCTION = 'arn:aws:lambda:eu-central-1:111122223333:function:f';

type Serve = (event: unknown) => unknown;

type Options = Partial<StateMachineOptions> & { readonly TimeoutSeconds?: number };

function machine(states: Record<string, object>, serve: Serve = () => null, options: Options = {}): StateMachine {
  const { TimeoutSeconds, ...rest } = options;
  return new StateMachine({
    arn: 'arn:aws:states:eu-central-1:111122223333:stateMachine:demo',
    definition: JSON.stringify({ StartAt: Object.keys(states)[0], States: states, TimeoutSeconds }),
    functions: [{ arn: FUNCTION, functionName: 'f', invoke: async (event) => serve(event) }],
    wait: () => 0,
    ...rest,
  });
}

async function run(states: Record<string, object>, input: unknown = {}, serve?: Serve): Promise<Execution> {
  return machine(states, serve).execute(input, 'run-1');
}

async function evaluate(expression: string, input: unknown = {}): Promise<unknown> {
  const { output, error, cause } = await run({ P: { Type: 'Pass', Parameters: { 'x.$': expression }, End: true } }, input);
  return error === undefined ? (output as { x: unknown }).x : `${error}: ${cause}`;
}

const task = (more: object): object => ({ Type: 'Task', Resource: FUNCTION, End: true, ...more });

test('Parameters, ResultSelector, InputPath, ResultPath and OutputPath', async () => {
  const seen: unknown[] = [];
  const serve: Serve = (event) => {
    seen.push(event);
    return { Answer: { deep: [1, 2] }, Rest: 'dropped' };
  };
  const input = { a: { b: 'c' }, list: [{ n: 1 }, { n: 2 }], none: null };
  const parameters = { 'fixed': { 'inner.$': '$.b' }, 'all.$': '$', 'list': [{ 'b.$': '$.b' }, 3] };
  const one = await run({
    T: task({ InputPath: '$.a', Parameters: parameters, ResultSelector: { 'first.$': '$.Answer.deep[0]', 'constant': 1 }, ResultPath: '$.x.y' }),
  }, input, serve);
  expect(seen).toEqual([{ fixed: { inner: 'c' }, all: { b: 'c' }, list: [{ b: 'c' }, 3] }]);
  expect(one.output).toEqual({ ...input, x: { y: { first: 1, constant: 1 } } });
  expect((await run({ T: task({ ResultPath: null }) }, input, serve)).output).toEqual(input);
  expect((await run({ T: task({ ResultPath: '$' }) }, input, () => 'all')).output).toBe('all');
  expect((await run({ T: task({ OutputPath: '$.Answer' }) }, input, serve)).output).toEqual({ deep: [1, 2] });
  expect(await evaluate('$.list[*].n', input)).toEqual([1, 2]);
  expect(await evaluate('$.list[?(@.n > 5)].n', input)).toEqual([]);
  expect(await evaluate("$['aws:backup:request-id']", { 'aws:backup:request-id': 'r' })).toBe('r');
  expect(await evaluate('$.none', input)).toBeNull();
  expect(await evaluate('$.absent', input)).toMatch(/^States\.Runtime: The JSONPath '\$\.absent' specified for the field 'x\.\$' could not be found/);
});

test('the context object', async () => {
  const { output, arn } = await run({
    First: { Type: 'Pass', Parameters: { 'execution.$': '$$.Execution', 'state.$': '$$.State', 'machine.$': '$$.StateMachine.Id', 'text.$': "States.Format('{}', $$.Execution.Id)" }, End: true },
  }, { in: 1 });
  expect(arn).toBe('arn:aws:states:eu-central-1:111122223333:execution:demo:run-1');
  expect(output).toMatchObject({
    execution: { Id: arn, Name: 'run-1', Input: { in: 1 } },
    state: { Name: 'First', EnteredTime: expect.stringMatching(/^\d{4}-.*Z$/), RetryCount: 0 },
    machine: 'arn:aws:states:eu-central-1:111122223333:stateMachine:demo',
    text: arn,
  });
  expect(Date.parse((output as { execution: { StartTime: string } }).execution.StartTime)).toBeLessThanOrEqual(Date.now());
});

test.each<[string, unknown, unknown]>([
  ["States.Format('{} of {} ({}, {})', $.text, 3, true, null)", { text: 'one' }, 'one of 3 (true, null)'],
  ["States.Format('1) \\{\\} it\\'s {}', $.text)", { text: 'C:\\a' }, "1) {} it's C:\\a"],
  ['States.Format($.text)', { text: 'plain' }, 'plain'],
  ['States.JsonToString($.items)', { items: ['/a "b"', 'c\\d', 'ü\n'] }, JSON.stringify(['/a "b"', 'c\\d', 'ü\n'])],
  ['States.StringToJson(States.JsonToString($))', { items: ['/a "b"'] }, { items: ['/a "b"'] }],
  ['States.StringToJson($.cause)', { cause: '{"errorMessage":"say \\"x\\""}' }, { errorMessage: 'say "x"' }],
  ['States.MathAdd($.n, -1)', { n: 3 }, 2],
  ["States.Array($.a, 'b', 3, States.Array())", { a: { x: 1 } }, [{ x: 1 }, 'b', 3, []]],
  ['States.ArrayGetItem(States.Array(1, 2), States.MathAdd(0, 1))', {}, 2],
  ['States.ArrayLength($.list[*].x)', { list: [] }, 0],
  ["States.ArrayContains($.list, 'b')", { list: ['a', 'b'] }, true],
  ['States.ArrayUnique($.list)', { list: [1, 2, 1] }, [1, 2]],
  ['States.ArrayPartition($.list, 2)', { list: [1, 2, 3] }, [[1, 2], [3]]],
  ['States.ArrayRange(0, 10, 5)', {}, [0, 5, 10]],
  ['States.JsonMerge($.a, $.b, false)', { a: { x: 1, y: 1 }, b: { y: 2 } }, { x: 1, y: 2 }],
  ["States.Hash('a', 'SHA-256')", {}, 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'],
  ["States.Base64Decode(States.Base64Encode('ab'))", {}, 'ab'],
  ["States.Format('{}')", {}, 'States.IntrinsicFailure: States.Format has 1 places and 0 values: {}'],
  ['States.ArrayGetItem($.list, 1)', { list: [1] }, 'States.IntrinsicFailure: States.ArrayGetItem has no item 1 in an array of 1'],
  ["States.StringToJson('{')", {}, 'States.IntrinsicFailure: States.StringToJson cannot parse {'],
])('%s', async (expression, input, expected) => {
  expect(await evaluate(expression, input)).toEqual(expected);
});

test('Pass gives its Result, whatever it is', async () => {
  for (const result of [false, 0, null, '', { a: 1 }]) {
    expect((await run({ P: { Type: 'Pass', Result: result, ResultPath: '$.r', End: true } }, { in: 1 })).output).toEqual({ in: 1, r: result });
  }
});

test.each<[object, unknown, string]>([
  [{ Variable: '$.x', StringEquals: 'a' }, { x: 'a' }, 'Yes'],
  [{ Variable: '$.x', StringEquals: '1' }, { x: 1 }, 'No'],
  [{ Variable: '$.x', BooleanEquals: false }, { x: false }, 'Yes'],
  [{ Variable: '$.x', IsPresent: true }, { x: null }, 'Yes'],
  [{ Variable: '$.x', IsPresent: true }, {}, 'No'],
  [{ Variable: '$.x', IsPresent: false }, {}, 'Yes'],
  [{ Variable: '$.x', IsPresent: false }, { x: 0 }, 'No'],
  [{ Variable: '$.x', IsNull: false }, { x: 0 }, 'Yes'],
  [{ Variable: '$.x', NumericGreaterThanEquals: 3 }, { x: 3 }, 'Yes'],
  [{ Variable: '$.x', NumericGreaterThanEquals: 3 }, { x: '10' }, 'No'],
  [{ Variable: '$.x', NumericLessThan: 3 }, { x: null }, 'No'],
  [{ Variable: '$.x', StringMatches: 'arn:*:x' }, { x: 'arn:aws:x' }, 'Yes'],
  [{ Variable: '$.x', StringMatches: '1*' }, { x: 12 }, 'No'],
  [{ Variable: '$.x', StringGreaterThan: '2026-01-01' }, { x: '2026-02-01' }, 'Yes'],
  [{ And: [{ Variable: '$.x', IsPresent: true }, { Not: { Variable: '$.x', StringEquals: 'a' } }] }, { x: 'b' }, 'Yes'],
  [{ And: [{ Variable: '$.y', IsPresent: true }, { Variable: '$.y.z', NumericEquals: 1 }] }, {}, 'No'],
  [{ Or: [{ Variable: '$.x', NumericEquals: 1 }, { Variable: '$.x', NumericEquals: 2 }] }, { x: 2 }, 'Yes'],
  [{ Variable: '$$.Execution.Name', StringEquals: 'run-1' }, {}, 'Yes'],
])('Choice %j of %j goes to %s', async (condition, input, expected) => {
  const { visited, status } = await run({
    Choose: { Type: 'Choice', Choices: [{ ...condition, Next: 'Yes' }], Default: 'No' },
    Yes: { Type: 'Succeed' },
    No: { Type: 'Succeed' },
  }, input);
  expect({ visited, status }).toEqual({ visited: ['Choose', expected], status: 'SUCCEEDED' });
});

test('Choice without a match, and a variable that is absent, fail the execution', async () => {
  const states = { Choose: { Type: 'Choice', Choices: [{ Variable: '$.x', StringEquals: 'a', Next: 'Yes' }] }, Yes: { Type: 'Succeed' } };
  expect((await run(states, { x: 'b' })).error).toBe('States.NoChoiceMatched');
  expect((await run(states, {})).error).toBe('States.Runtime');
});

test('Wait states ask the clock for their seconds', async () => {
  const asked: number[] = [];
  const wait = (seconds: number): number => {
    asked.push(seconds);
    return 0;
  };
  const states = {
    Fixed: { Type: 'Wait', Seconds: 3600, Next: 'Path' },
    Path: { Type: 'Wait', SecondsPath: '$.delay', Next: 'Past' },
    Past: { Type: 'Wait', Timestamp: '2020-01-01T00:00:00Z', End: true },
  };
  expect(await machine(states, undefined, { wait }).execute({ delay: 86_400 })).toMatchObject({ status: 'SUCCEEDED', output: { delay: 86_400 } });
  expect(asked).toEqual([3600, 86_400, 0]);
  expect(await machine(states, undefined, { wait }).execute({ delay: 'soon' })).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
});

test('Retry: attempts stay as they are, intervals are scaled', async () => {
  const asked: number[] = [];
  const wait = (seconds: number): number => {
    asked.push(seconds);
    return seconds / 1000;
  };
  const counts: Record<string, number> = {};
  const retryCounts: unknown[] = [];
  const serve: Serve = (event) => {
    const { name, retry } = event as { name: string; retry: number };
    counts[name] = (counts[name] ?? 0) + 1;
    retryCounts.push(retry);
    throw new TaskError(name, 'why');
  };
  const retry = [
    { ErrorEquals: ['Never'], MaxAttempts: 0 },
    { ErrorEquals: ['Twice'], IntervalSeconds: 60, MaxAttempts: 2, BackoffRate: 2, MaxDelaySeconds: 90, JitterStrategy: 'FULL' },
    { ErrorEquals: ['States.ALL'] },
  ];
  const states = { T: task({ Parameters: { 'name.$': '$.name', 'retry.$': '$$.State.RetryCount' }, Retry: retry }) };
  const events: string[] = [];
  const state = machine(states, serve, { wait, listener: ({ kind, attempt = '' }) => events.push(`${kind}${attempt}`) });
  for (const name of ['Never', 'Twice', 'Default']) {
    expect(await state.execute({ name })).toMatchObject({ status: 'FAILED', error: name, cause: 'why', visited: ['T'] });
  }
  expect(counts).toEqual({ Never: 1, Twice: 3, Default: 4 });
  expect(retryCounts).toEqual([0, 0, 1, 2, 0, 1, 2, 3]);
  expect(events.slice(2, 9)).toEqual(['entered', 'failed', 'retried1', 'failed', 'retried2', 'failed', 'entered']);
  expect(new Set(asked)).toEqual(new Set([1, 60, 90]));
});

test('Catch: by name, by States.TaskFailed, with ResultPath, and not for States.Runtime', async () => {
  const after = { Type: 'Pass', End: true };
  const states = (path?: string): Record<string, object> => ({
    T: task({
      Parameters: { 'name.$': '$.name' },
      Catch: [{ ErrorEquals: ['Backup.Gone', 'Sandbox.Timedout'], ResultPath: path, Next: 'Named' }, { ErrorEquals: ['States.TaskFailed'], ResultPath: '$.error', Next: 'Any' }],
    }),
    Named: after,
    Any: after,
  });
  const serve: Serve = (event) => {
    throw new TaskError((event as { name: string }).name, '{"errorMessage":"a \\"b\\""}');
  };
  const caught = { Error: 'Backup.Gone', Cause: '{"errorMessage":"a \\"b\\""}' };
  expect(await run(states('$.why.first'), { name: 'Backup.Gone' }, serve)).toMatchObject({ visited: ['T', 'Named'], output: { name: 'Backup.Gone', why: { first: caught } } });
  expect((await run(states(), { name: 'Backup.Gone' }, serve)).output).toEqual(caught);
  expect((await run(states('$'), { name: 'Backup.Gone' }, serve)).output).toEqual(caught);
  expect(await run(states(), { name: 'Other' }, serve)).toMatchObject({ visited: ['T', 'Any'], output: { name: 'Other', error: { Error: 'Other' } } });
  expect(await run(states(), {}, serve)).toMatchObject({ status: 'FAILED', error: 'States.Runtime', visited: ['T'] });
});

test('Fail: fixed, from paths, from an intrinsic function, and empty', async () => {
  const input = { e: 'Some.Error', c: 'because' };
  expect(await run({ F: { Type: 'Fail', Error: 'E', Cause: 'C' } })).toMatchObject({ status: 'FAILED', error: 'E', cause: 'C' });
  expect(await run({ F: { Type: 'Fail', ErrorPath: '$.e', CausePath: '$.c' } }, input)).toMatchObject({ error: 'Some.Error', cause: 'because' });
  expect(await run({ F: { Type: 'Fail', Error: 'E', CausePath: "States.Format('it is {}', $.c)" } }, input)).toMatchObject({ cause: 'it is because' });
  expect((await run({ F: { Type: 'Fail' } })).error).toBeUndefined();
});

test('Map runs its items with their context, reports every state, and fails as its item does', async () => {
  const states = {
    M: {
      Type: 'Map',
      ItemsPath: '$.list',
      ItemSelector: { 'value.$': '$$.Map.Item.Value', 'index.$': '$$.Map.Item.Index', 'common.$': '$.common' },
      MaxConcurrency: 2,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'INLINE' },
        StartAt: 'Inner',
        States: {
          Inner: { Type: 'Pass', Parameters: { 'in.$': '$', 'item.$': '$$.Map.Item.Value', 'execution.$': '$$.Execution.Input.common' }, Next: 'Check' },
          Check: { Type: 'Choice', Choices: [{ Variable: '$.in.value', StringEquals: 'bad', Next: 'Bad' }], Default: 'Good' },
          Bad: { Type: 'Fail', Error: 'Item.Bad', Cause: 'it was bad' },
          Good: { Type: 'Succeed' },
        },
      },
      ResultPath: '$.results',
      Catch: [{ ErrorEquals: ['Item.Bad'], ResultPath: '$.error', Next: 'Caught' }],
      End: true,
    },
    Caught: { Type: 'Pass', OutputPath: '$.error', End: true },
  };
  const events: string[] = [];
  const state = machine(states, undefined, { listener: ({ kind, state: name, type, item = '-' }) => events.push(`${kind} ${type} ${name} ${item}`) });
  const input = { list: ['a', 'b', 'c'], common: 'k' };
  const good = await state.execute(input);
  expect((good.output as { results: unknown }).results).toEqual(['a', 'b', 'c'].map((value, index) => ({ in: { value, index, common: 'k' }, item: value, execution: 'k' })));
  expect(good.visited.filter((name) => name === 'Good')).toHaveLength(3);
  expect(events).toEqual(expect.arrayContaining(['entered Map M -', 'left Succeed Good 2', 'left Map M -', 'entered Pass Inner 0']));
  expect(events.at(-1)).toBe('left Map M -');
  // started and ended; the map 2 + 2, its iterations 2 each, and three states of 2 in each iteration
  expect(good.historyEvents).toBe(2 + 4 + 3 * (2 + 6));
  expect(await state.execute({ ...input, list: ['a', 'bad'] })).toMatchObject({ output: { Error: 'Item.Bad', Cause: 'it was bad' }, status: 'SUCCEEDED' });
  expect((await state.execute({ ...input, list: [] })).output).toEqual({ list: [], common: 'k', results: [] });
  expect((await state.execute({ ...input, list: 'text' })).error).toBe('States.Runtime');
});

test('Map never runs more items at once than MaxConcurrency', async () => {
  let running = 0;
  let most = 0;
  const serve: Serve = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return 1;
  };
  const states = { M: { Type: 'Map', MaxConcurrency: 3, ItemProcessor: { StartAt: 'T', States: { T: task({}) } }, End: true } };
  expect((await run(states, [...Array(10).keys()], serve)).output).toEqual(Array(10).fill(1));
  expect(most).toBe(3);
});

test('Parallel gives the answers of its branches', async () => {
  const branch = (name: string): object => ({ StartAt: name, States: { [name]: { Type: 'Pass', Parameters: { [name]: true, 'in.$': '$.x' }, End: true } } });
  const { output, visited } = await run({ P: { Type: 'Parallel', Branches: [branch('A'), branch('B')], End: true } }, { x: 1 });
  expect(output).toEqual([{ A: true, in: 1 }, { B: true, in: 1 }]);
  expect([...visited].sort()).toEqual(['A', 'B', 'P']);
});

test('timeouts of a task and of the state machine; a year is no millisecond', async () => {
  const never: Serve = () => new Promise(() => { /* hangs */ });
  const catcher = { Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Late' }] };
  const states = (more: object): Record<string, object> => ({ T: task({ ...more, ...catcher }), Late: { Type: 'Pass', End: true } });
  expect((await machine(states({ TimeoutSeconds: 50 }), never, { timeout: () => 1 }).execute()).visited).toEqual(['T', 'Late']);
  expect(await machine({ T: task({}) }, never, { TimeoutSeconds: 3600, timeout: () => 1 }).execute()).toMatchObject({ status: 'TIMED_OUT' });
  const slow: Serve = () => new Promise((resolve) => setTimeout(resolve, 30, 'done'));
  expect(await machine(states({ TimeoutSeconds: 31_536_000 }), slow, { TimeoutSeconds: 31_536_000 }).execute()).toMatchObject({ status: 'SUCCEEDED', output: 'done' });
});

test('more than 256 KiB between states fail the execution, whatever is caught', async () => {
  const states = { T: task({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'P' }] }), P: { Type: 'Pass', End: true } };
  expect((await run(states, {}, () => 'x'.repeat(256 * 1024 - 2))).status).toBe('SUCCEEDED');
  const exceeded = { status: 'FAILED', error: 'States.DataLimitExceeded' };
  expect(await run(states, {}, () => 'x'.repeat(256 * 1024))).toMatchObject(exceeded);
  const input = { x: 'x'.repeat(200 * 1024) };
  expect(await run({ T: task({ Parameters: { 'a.$': '$.x', 'b.$': '$.x' } }) }, input)).toMatchObject(exceeded);
  expect(await run({ T: task({ ResultPath: '$.y' }) }, input, () => input.x)).toMatchObject(exceeded);
});

test('what is not executed here is refused by name', async () => {
  expect(() => machine({ T: task({ Resource: 'arn:aws:states:::dynamodb:putItem' }) })).toThrow("'T' calls 'arn:aws:states:::dynamodb:putItem'");
  expect(() => machine({ T: task({ Resource: 'arn:aws:lambda:eu-central-1:111122223333:function:other' }) })).toThrow('function:other');
  expect(() => machine({ P: { Type: 'Pass', QueryLanguage: 'JSONata', End: true } })).toThrow('JSONata');
  expect(() => machine({ P: { Type: 'Pass', Assign: { a: 1 }, End: true } })).toThrow("'P' (Pass) uses 'Assign'");
  expect(() => machine({ P: { Type: 'Pass', Next: 'Absent' } })).toThrow('not valid');
  expect(() => machine({ M: { Type: 'Map', ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, StartAt: 'P', States: { P: { Type: 'Pass', End: true } } }, End: true } })).toThrow('DISTRIBUTED');
  await expect(run({ P: { Type: 'Pass', Parameters: { 'x.$': "States.StringSplit('a.b', '.')" }, End: true } })).rejects.toThrow('States.StringSplit');
  // a fault of the rehearsal is no failure that a state may catch
  const caught = { T: task({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'P' }] }), P: { Type: 'Pass', End: true } };
  await expect(run(caught, {}, () => { throw new TypeError('a bug'); })).rejects.toThrow('a bug');
});

test('the times of the context object are those of a clock that is given', async () => {
  let now = Date.parse('2026-11-27T00:00:00Z');
  const wait = async (seconds: number): Promise<void> => { now += seconds * 1000; };
  const state = machine({
    Wait: { Type: 'Wait', Seconds: 86_400, Next: 'P' },
    P: { Type: 'Pass', Parameters: { 'started.$': '$$.Execution.StartTime', 'entered.$': '$$.State.EnteredTime' }, End: true },
  }, undefined, { sleep: wait, now: () => now });

  const { output } = await state.execute();

  expect(output).toEqual({ started: '2026-11-27T00:00:00.000Z', entered: '2026-11-28T00:00:00.000Z' });
});

test.each([
  ['sns:publish', 3],
  ['sns:publish.waitForTaskToken', 4],
])('%s makes %d events beside those of its state', async (service, events) => {
  const message = { TopicArn: 'arn:aws:sns:eu-central-1:111122223333:topic', Message: 'm' };
  const state = machine({ Tell: { Type: 'Task', Resource: `arn:aws:states:::${service}`, Parameters: message, End: true } }, undefined, {
    publish: () => undefined, answer: () => ({ output: 'yes' }),
  });

  const { status, historyEvents } = await state.execute();

  expect(status).toBe('SUCCEEDED');
  expect(historyEvents).toBe(2 + 2 + events);
});
