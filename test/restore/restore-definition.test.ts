import * as sns from 'aws-cdk-lib/aws-sns';
import { Duration } from 'aws-cdk-lib/core';
import { addWorkflow, CONTEXTS, definitionOf, makeStack } from './fixture';
import type { Definition, State } from './fixture';
import { validateDefinition } from '../../rehearsal/run/libraries';
import { RestoreError } from '../../src/core/contract';
import { planPolling } from '../../src/core/polling';
import { AfterRestore } from '../../src/restore';
import type { EfsRestoreWorkflowProps } from '../../src/restore';

type Variant = (stack: ReturnType<typeof makeStack>) => Partial<EfsRestoreWorkflowProps>;
const VARIANTS: Array<[string, Variant]> = [
  ['as it is', () => ({})],
  ['with a topic', (stack) => ({ notificationTopic: new sns.Topic(stack, 'Restores') })],
  ['with the shortest timeout', () => ({ restoreTimeout: Duration.minutes(10) })],
  ['with the longest timeout', () => ({ restoreTimeout: Duration.days(300) })],
];

/** Thrown by the functions: the name of the error is in the state already, so the definition need not know it. */
const THROWN_BY_FUNCTIONS = [
  RestoreError.INVALID_RESTORE_REQUEST, RestoreError.RECOVERY_POINT_NOT_USABLE, RestoreError.FILE_SYSTEM_NOT_WRITABLE,
  RestoreError.RESTORE_DENIED_BY_VAULT, RestoreError.ANOTHER_RESTORE_RUNNING,
  RestoreError.RECOVERY_DIRECTORY_NOT_FOUND, RestoreError.RECOVERY_DIRECTORY_AMBIGUOUS, RestoreError.INVALID_WORKER_EVENT,
];
/** Where the data is back already, or the restore has failed already: a failure there must change neither. */
const MUST_NOT_FAIL = ['ReadDeletionFacts', 'DeleteRecoveryDirectory', 'ReportSuccess', 'ReportFailure', 'PublishSuccess', 'PublishFailure'];

const nextOf = (state: State): string[] =>
  [state.Next, state.Default, ...[...state.Choices ?? [], ...state.Catch ?? []].map(({ Next }) => Next)].filter((next) => next !== undefined);

function reachableFrom({ States }: Definition, start: string, follow = nextOf): Set<string> {
  const reached = new Set<string>();
  const visit = (name: string) => {
    if (!reached.has(name)) {
      reached.add(name);
      follow(States[name]).forEach(visit);
    }
  };
  visit(start);
  return reached;
}

describe.each(CONTEXTS)('with %s', (_name, context) => {
  describe.each(VARIANTS)('%s', (_variant, propsOf) => {
    let definition: Definition;
    let tasks: Array<[string, State]>;
    beforeAll(() => {
      const stack = makeStack(context);
      addWorkflow(stack, propsOf(stack));
      definition = definitionOf(stack);
      tasks = Object.entries(definition.States).filter(([, { Type }]) => Type === 'Task');
    });

    test('is valid', () => {
      // function ARNs are references
      expect(validateDefinition(definition, { checkPaths: true, checkArn: false })).toMatchObject({ isValid: true, errors: [] });
    });

    test('every state can be reached', () => {
      expect(Object.keys(definition.States).filter((name) => !reachableFrom(definition, definition.StartAt).has(name))).toEqual([]);
    });

    test('ends as RestoreSucceeded or RestoreFailed, whatever happens', () => {
      const ends = Object.entries(definition.States).filter(([, state]) => nextOf(state).length === 0).map(([name, { Type }]) => `${name} ${Type}`);
      expect(ends.sort()).toEqual(['RestoreFailed Fail', 'RestoreSucceeded Succeed']);
      for (const name of Object.keys(definition.States)) {
        const ended = [...reachableFrom(definition, name)].some((reached) => reached === 'RestoreSucceeded' || reached === 'RestoreFailed');
        expect([name, ended]).toEqual([name, true]);
      }
    });

    test('every task catches everything, and keeps the state when it does', () => {
      for (const [name, { Catch: caught = [] }] of tasks) {
        expect([name, caught.at(-1)?.ErrorEquals]).toEqual([name, ['States.ALL']]);
        caught.forEach(({ ResultPath }) => expect(ResultPath).toMatch(/^\$\.[a-zA-Z]+$/)); // without, the error would displace the state
      }
    });

    test('a task that fails ends the restore, unless its outcome is settled', () => {
      for (const [name, { Catch: [caught] = [] }] of tasks) {
        const ends = reachableFrom(definition, caught!.Next);
        const expected = name.endsWith('Success') || name === 'ReadDeletionFacts' || name === 'DeleteRecoveryDirectory' ? 'RestoreSucceeded' : 'RestoreFailed';
        expect([name, ['RestoreSucceeded', 'RestoreFailed'].filter((end) => ends.has(end))]).toEqual([name, [expected]]);
        if (!MUST_NOT_FAIL.includes(name)) {
          expect([name, ends.has('ReportFailure')]).toEqual([name, true]); // a failure is reported before it ends the execution
        }
      }
    });

    test('a failure never leads to anything that moves or deletes', () => {
      const failed = reachableFrom(definition, 'ReportFailure');
      expect(['MoveIntoPlace', 'DeleteRecoveryDirectory', 'StartRestoreJob'].filter((name) => failed.has(name))).toEqual([]);
    });

    test('every task is retried so many times, for errors by name', () => {
      for (const [name, { Retry: retries = [] }] of tasks) {
        expect([name, retries.length > 0]).toEqual([name, true]);
        for (const { ErrorEquals, MaxAttempts } of retries) {
          expect([name, ErrorEquals.includes('States.ALL'), Number.isInteger(MaxAttempts) && MaxAttempts! > 0]).toEqual([name, false, true]);
        }
      }
    });

    test('nothing is retried that has no hope: what our functions refuse, and what AWS Backup refuses', () => {
      const retried = new Set(tasks.flatMap(([, { Retry: retries = [] }]) => retries.flatMap(({ ErrorEquals }) => ErrorEquals)));
      const ours = Object.values(RestoreError).filter((error) => retried.has(error));
      expect(ours).toEqual([RestoreError.RECOVERY_DIRECTORY_NOT_FOUND]); // it may still come
    });

    test('names every error of the contract that no function throws, and the one that Lambda may be the first to see, once', () => {
      const named = Object.values(definition.States).filter(({ Type }) => Type === 'Pass').map(({ Parameters }) => Parameters?.Error).filter((error) => error !== undefined);
      const expected = Object.values(RestoreError).filter((error) => !THROWN_BY_FUNCTIONS.includes(error));
      expect(named.sort()).toEqual(expected.sort());
    });
  });
});

describe('the polls of the restore job', () => {
  const definitionFor = (restoreTimeout: Duration) => {
    const stack = makeStack();
    addWorkflow(stack, { restoreTimeout });
    return definitionOf(stack);
  };

  test.each([Duration.minutes(10), Duration.days(7), Duration.days(300)])('follow the plan for a timeout of %p', (timeout) => {
    const { paces, most } = planPolling(timeout.toSeconds());
    const { States } = definitionFor(timeout);
    const waits = ['WaitBriefly', 'WaitLonger', 'WaitLong'];
    expect(waits.map((name) => States[name])).toEqual(paces.map(({ seconds }) => ({ Type: 'Wait', Seconds: seconds, Next: 'DescribeRestoreJob' })));
    expect(States.ChoosePace).toEqual({
      Type: 'Choice',
      Choices: [
        { Variable: '$.poll.count', NumericGreaterThanEquals: most, Next: 'RestoreJobTimedOut' },
        ...paces.slice(0, -1).map(({ upTo }, index) => ({ Variable: '$.poll.count', NumericLessThan: upTo, Next: waits[index] })),
      ],
      Default: 'WaitLong',
    });
  });

  test('begin at once, and count', () => {
    const { States } = definitionFor(Duration.days(7));
    expect(States.BeginPolling).toEqual({ Type: 'Pass', Result: { count: 0 }, ResultPath: '$.poll', Next: 'DescribeRestoreJob' });
    expect(States.CountPoll).toEqual({ Type: 'Pass', Parameters: { 'count.$': 'States.MathAdd($.poll.count, 1)' }, ResultPath: '$.poll', Next: 'ChoosePace' });
  });

  test('tell how long they waited when they end', () => {
    expect(definitionFor(Duration.hours(30)).States.RestoreJobTimedOut.Parameters).toEqual({
      'Error': 'RestoreJobTimedOut', 'Cause.$': "States.Format('restore job {} was still running after 1 day 6 hours', $.job.RestoreJobId)",
    });
  });

  test('go on as long as the job neither completed nor failed nor was aborted', () => {
    expect(definitionFor(Duration.days(7)).States.ChooseByRestoreJobStatus).toEqual({
      Type: 'Choice',
      Choices: [
        { Variable: '$.restoreJob.Status', StringEquals: 'COMPLETED', Next: 'FindRecoveryDirectory' },
        { Or: ['FAILED', 'ABORTED'].map((status) => ({ Variable: '$.restoreJob.Status', StringEquals: status })), Next: 'RestoreJobFailed' },
      ],
      Default: 'CountPoll',
    });
  });
});

describe('the calls', () => {
  const stack = makeStack();
  addWorkflow(stack, { notificationTopic: new sns.Topic(stack, 'Restores') });
  const { States, StartAt } = definitionOf(stack);

  test('StartRestoreJob restores as prepared, with the role of the workflow and a token of the execution', () => {
    expect(StartAt).toBe('Begin');
    expect(States.StartRestoreJob).toMatchObject({
      Resource: 'arn:aws:states:::aws-sdk:backup:startRestoreJob',
      Parameters: {
        'RecoveryPointArn.$': '$.prepared.recoveryPoint.arn',
        'Metadata.$': '$.prepared.metadata',
        'IamRoleArn': expect.stringMatching(/^<RestoreRestoreRole.*\.Arn>$/),
        'IdempotencyToken.$': '$.prepared.idempotencyToken',
        'ResourceType': 'EFS',
      },
      ResultPath: '$.job',
    });
  });

  test('no answer displaces the state, and what must be dropped is dropped: no null was lost', () => {
    const paths = Object.fromEntries(Object.entries(States).filter(([, { Type }]) => Type === 'Task').map(([name, { ResultPath }]) => [name, ResultPath]));
    expect(paths).toEqual({
      PrepareRestore: '$.prepared',
      SurveyBeforeRestore: '$.before',
      StartRestoreJob: '$.job',
      DescribeRestoreJob: '$.restoreJob',
      FindRecoveryDirectory: '$.found',
      VerifyRecoveryDirectory: '$.verification',
      MoveIntoPlace: '$.move',
      ReadDeletionFacts: '$.facts',
      DeleteRecoveryDirectory: '$.deletion',
      ReportSuccess: '$.result',
      ReportFailure: '$.result',
      PublishSuccess: null, // a null in the template: CDK drops those that are not its own
      PublishFailure: null,
    });
  });

  test('a place that a later state reads is there from the beginning, or was written before', () => {
    const written = new Set(['input', 'execution', 'verification', 'move', 'deletion']);
    expect(Object.keys(States.Begin.Parameters!).map((key) => key.replace(/\.\$$/, '')).sort()).toEqual([...written].sort());
    Object.values(States).forEach(({ ResultPath }) => typeof ResultPath === 'string' && written.add(ResultPath.replace(/^\$\./, '')));
    Object.values(States).forEach(({ Catch: caught = [] }) => caught.forEach(({ ResultPath }) => written.add(ResultPath!.replace(/^\$\./, ''))));
    const read = [...JSON.stringify(States).matchAll(/(?<!\$)\$\.([a-zA-Z]+)/g)].map(([, place]) => place);
    expect([...new Set(read)].filter((place) => !written.has(place))).toEqual([]);
  });

  test('only what was moved into place is deleted, after asking who uses it', () => {
    const withoutCatch = ({ Catch: _caught, ...state }: State) => nextOf(state);
    const reached = (start: string) => reachableFrom({ States, StartAt }, start, withoutCatch);
    const before = Object.keys(States).filter((name) => withoutCatch(States[name]).includes('DeleteRecoveryDirectory'));
    expect(before).toEqual(['ReadDeletionFacts']);
    expect(Object.keys(States).filter((name) => withoutCatch(States[name]).includes('ReadDeletionFacts')).sort()).toEqual(['ChooseByDeletion', 'ChooseByMove']);
    expect(reached('ReportFailure').has('ReadDeletionFacts')).toBe(false);
  });

  test.each([
    ['ChooseWhetherToVerify', AfterRestore.KEEP, 'ReportSuccess'],
    ['ChooseByVerification', AfterRestore.MOVE_INTO_PLACE, 'MoveIntoPlace'],
  ])('%s follows the request', (name, value, next) => {
    expect(States[name].Choices).toContainEqual({ Variable: '$.prepared.request.afterRestore', StringEquals: value, Next: next });
  });

  test('the topic hears how it ended, whatever became of it', () => {
    for (const outcome of ['Success', 'Failure']) {
      expect(States[`Publish${outcome}`]).toMatchObject({
        Resource: 'arn:aws:states:::aws-sdk:sns:publish',
        Parameters: { 'TopicArn': expect.stringMatching(/^<Restores/), 'Subject.$': '$.result.subject', 'Message.$': 'States.JsonToString($.result.report)' },
        Next: outcome === 'Success' ? 'RestoreSucceeded' : 'RestoreFailed',
      });
    }
  });
});

test('the vault is asked about the role that starts the jobs, and the verification about what is expected', () => {
  const stack = makeStack();
  addWorkflow(stack);
  const { States } = definitionOf(stack);
  expect(States.PrepareRestore.Parameters).toMatchObject({ callerRoleArn: expect.stringMatching(/^<RestoreStateMachineRole.*\.Arn>$/) });
  expect(States.VerifyRecoveryDirectory.Parameters).toMatchObject({ 'expectations.$': '$.prepared.expectations' });
});
