import * as sns from 'aws-cdk-lib/aws-sns';
import { Duration } from 'aws-cdk-lib/core';
import { addWorkflow, allStatesOf, CONTEXTS, definitionOf, everythingOf, levelsOf, makeStack, nextOf, reachableFrom, VARIANTS } from './fixture';
import type { Definition, State } from './fixture';
import { validateDefinition } from '../../rehearsal/run/libraries';
import { RestoreError } from '../../src/core/contract';
import { planPolling } from '../../src/core/polling';
import { AfterRestore } from '../../src/restore';
import type { EfsRestoreWorkflowProps } from '../../src/restore';

/** Thrown by the functions: the name of the error is in the state already, so the definition need not know it. */
const THROWN_BY_FUNCTIONS = [
  RestoreError.INVALID_RESTORE_REQUEST, RestoreError.RECOVERY_POINT_NOT_USABLE, RestoreError.FILE_SYSTEM_NOT_WRITABLE,
  RestoreError.RESTORE_DENIED_BY_VAULT, RestoreError.ANOTHER_RESTORE_RUNNING,
  RestoreError.RECOVERY_DIRECTORY_NOT_FOUND, RestoreError.RECOVERY_DIRECTORY_AMBIGUOUS, RestoreError.INVALID_WORKER_EVENT,
];
/** Named only where somebody may say no, or a hook may fail. */
const NAMED_ON_REQUEST = [RestoreError.RESTORE_REJECTED, RestoreError.APPROVAL_TIMED_OUT, RestoreError.APPROVAL_FAILED, RestoreError.HOOK_FAILED];

const rootOf = (path: string): string => path.replace(/^\$\.?/, '').split('.')[0];
const keysOf = (places: Record<string, unknown>): string[] => Object.keys(places).map((key) => key.replace(/\.\$$/, ''));
/** What the control plane answers as a report takes the place of the whole state. */
const REPORTED = ['report', 'subject'];

/** The places that a state reads; whether a place is there may be asked of any. */
function placesReadBy({ ItemProcessor: _inner, Catch: _caught, Retry: _retry, ResultPath: _to, ResultSelector: _of, ...state }: State): string[] {
  const text = JSON.stringify(state, (_key, value) => typeof value === 'object' && value !== null && 'IsPresent' in value ? {} : value);
  return [...new Set([...text.matchAll(/(?<!\$)\$\.([a-zA-Z]+)/g)].map(([, place]) => place))];
}

/** Where a state goes on, of those choices that ask for a new file system by one answer only: they all give the same. */
function nextFor(state: State, isNew: boolean): string[] {
  const [choice] = state.Choices ?? [];
  const asks = (choice as { Variable?: string } | undefined)?.Variable === '$.prepared.request.newFileSystem';
  return asks ? [isNew ? choice.Next : state.Default!] : nextOf(state, false);
}

/** The places that are there when a state begins, whichever way led to it. */
function placesAt({ States, StartAt }: Definition, given: string[], isNew: boolean): Record<string, Set<string>> {
  const places: Record<string, Set<string>> = { [StartAt]: new Set(given) };
  const queue = [StartAt];
  const arrive = (name: string, there: Set<string>) => {
    const before = places[name];
    const both = new Set([...there].filter((place) => before === undefined || before.has(place)));
    if (before === undefined || both.size < before.size) {
      places[name] = both;
      queue.push(name);
    }
  };
  while (queue.length > 0) {
    const name = queue.shift()!;
    const { Type, ResultPath, Parameters, Catch: caught = [], ...state } = States[name];
    const answered = ResultPath === undefined && Type === 'Pass' && Parameters !== undefined ? new Set(keysOf(Parameters))
      : ResultPath === '$' ? new Set(REPORTED)
        : new Set([...places[name], ...typeof ResultPath === 'string' ? [rootOf(ResultPath)] : []]);
    nextFor({ Type, ...state }, isNew).forEach((next) => arrive(next, answered));
    caught.forEach((each) => arrive(each.Next, new Set([...places[name], rootOf(each.ResultPath!)])));
  }
  return places;
}

describe.each(CONTEXTS)('with %s', (_name, context) => {
  describe.each(VARIANTS)('%s', (variant, propsOf) => {
    let definition: Definition;
    let levels: Definition[];
    beforeAll(() => {
      const stack = makeStack(context);
      addWorkflow(stack, propsOf(stack));
      definition = definitionOf(stack);
      levels = levelsOf(definition);
    });

    test('is valid, as are its maps, and no name of a state is used twice', () => {
      // function ARNs are references
      expect(validateDefinition(definition, { checkPaths: true, checkArn: false })).toMatchObject({ isValid: true, errors: [] });
      const names = levels.flatMap(({ States }) => Object.keys(States));
      expect(new Set(names).size).toBe(names.length);
      names.forEach((name) => expect(name.length).toBeLessThanOrEqual(80));
    });

    test('every state can be reached', () => {
      for (const level of levels) {
        const reached = reachableFrom(level, level.StartAt);
        expect(Object.keys(level.States).filter((name) => !reached.has(name))).toEqual([]);
      }
    });

    test('ends as RestoreSucceeded or RestoreFailed, whatever happens', () => {
      const ends = Object.entries(definition.States).filter(([, state]) => nextOf(state).length === 0).map(([name, { Type }]) => `${name} ${Type}`);
      expect(ends.sort()).toEqual(['RestoreFailed Fail', 'RestoreSucceeded Succeed']);
      for (const name of Object.keys(definition.States)) {
        const ended = [...reachableFrom(definition, name)].some((reached) => reached === 'RestoreSucceeded' || reached === 'RestoreFailed');
        expect([name, ended]).toEqual([name, true]);
      }
    });

    test('has no time-out of the whole, which would end an execution without a report', () => {
      expect(definition).not.toHaveProperty('TimeoutSeconds');
    });

    test.each([false, true])('reads no place that is not there, whichever way led to the state; with a new file system: %p', (isNew) => {
      const check = (level: Definition, given: string[]) => {
        const places = placesAt(level, given, isNew);
        for (const [name, state] of Object.entries(level.States).filter(([reached]) => reached in places)) {
          expect([name, placesReadBy(state).filter((place) => !places[name].has(place))]).toEqual([name, []]);
          if (state.ItemProcessor !== undefined) {
            check(state.ItemProcessor, keysOf(state.ItemSelector!));
          }
        }
      };
      check(definition, []);
    });

    test('names every error of the contract that no function throws, and the one that Lambda may be the first to see', () => {
      const named = Object.values(definition.States).filter(({ Type, ResultPath }) => Type === 'Pass' && ResultPath === '$.failure').flatMap(({ Parameters }) => Parameters!.Error ?? []);
      const expected = Object.values(RestoreError).filter((error) => !THROWN_BY_FUNCTIONS.includes(error));
      const always = expected.filter((error) => !NAMED_ON_REQUEST.includes(error));
      expect(expected).toEqual(expect.arrayContaining(named));
      expect(named).toEqual(expect.arrayContaining(variant === 'with everything' ? expected : always));
    });
  });
});

describe('the polls of the restore job', () => {
  const definitionFor = (restoreTimeout: Duration) => {
    const stack = makeStack();
    addWorkflow(stack, { restoreTimeout });
    return definitionOf(stack);
  };

  test.each([Duration.minutes(10), Duration.days(7), Duration.days(300)])('follow the plan for a timeout of %p, the slow ones that of the request', (timeout) => {
    const { paces } = planPolling(timeout.toSeconds());
    const { States } = definitionFor(timeout);
    const waits = ['WaitBriefly', 'WaitLonger', 'WaitLong'];
    expect(waits.map((name) => States[name])).toEqual([
      ...paces.slice(0, -1).map(({ seconds }) => ({ Type: 'Wait', Seconds: seconds, Next: 'DescribeRestoreJob' })),
      { Type: 'Wait', SecondsPath: '$.prepared.polling.slowSeconds', Next: 'DescribeRestoreJob' },
    ]);
    expect(States.ChoosePace).toEqual({
      Type: 'Choice',
      Choices: [
        { Variable: '$.poll.count', NumericGreaterThanEqualsPath: '$.prepared.polling.most', Next: 'RestoreJobTimedOut' },
        ...paces.slice(0, -1).map(({ upTo }, index) => ({ Variable: '$.poll.count', NumericLessThan: upTo, Next: waits[index] })),
      ],
      Default: 'WaitLong',
    });
    expect(States.PrepareRestore.Parameters!.settings.restoreTimeoutSeconds).toBe(timeout.toSeconds());
  });

  test('begin at once for each job, and count', () => {
    const { States } = definitionFor(Duration.days(7));
    expect(States.StartRestoreJob.Next).toBe('BeginPolling');
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
        { Variable: '$.restoreJob.Status', StringEquals: 'COMPLETED', Next: 'CheckOtherRestoreJobs' },
        { Or: ['FAILED', 'ABORTED'].map((status) => ({ Variable: '$.restoreJob.Status', StringEquals: status })), Next: 'RestoreJobFailed' },
      ],
      Default: 'CountPoll',
    });
  });
});

const statesFor = (props: (stack: ReturnType<typeof makeStack>) => Partial<EfsRestoreWorkflowProps> = () => ({})) => {
  const stack = makeStack();
  addWorkflow(stack, props(stack));
  const definition = definitionOf(stack);
  return { definition, all: allStatesOf(definition) };
};

describe('the calls', () => {
  const { definition, all } = statesFor((stack) => ({ notificationTopic: new sns.Topic(stack, 'Restores') }));
  const { States, StartAt } = definition;

  test('StartRestoreJob restores as prepared, with the role of the workflow', () => {
    expect(StartAt).toBe('Begin');
    expect(States.StartRestoreJob).toMatchObject({
      Resource: 'arn:aws:states:::aws-sdk:backup:startRestoreJob',
      Parameters: {
        'RecoveryPointArn.$': '$.prepared.recoveryPoint.arn',
        'Metadata.$': '$.progress.job.metadata',
        'IamRoleArn': expect.stringMatching(/^<RestoreRestoreRole.*\.Arn>$/),
        'IdempotencyToken.$': '$.progress.job.idempotencyToken',
        'ResourceType': 'EFS',
      },
      ResultPath: '$.job',
    });
  });

  test('no answer displaces the state but a report, and what must be dropped is dropped: no null was lost', () => {
    const paths = Object.fromEntries(Object.entries(all).filter(([, { Type }]) => ['Task', 'Map'].includes(Type)).map(([name, { ResultPath }]) => [name, ResultPath]));
    expect(paths).toEqual({
      PrepareRestore: '$.prepared',
      SurveyBeforeRestore: '$.work.before',
      CheckGuards: null,
      StartRestoreJob: '$.job',
      DescribeRestoreJob: '$.restoreJob',
      CheckOtherRestoreJobs: '$.work.others',
      FindRecoveryDirectory: '$.work.found',
      VerifyEach: '$.verifications',
      VerifyRecoveryDirectory: '$.verification',
      PlanEach: '$.plans',
      PlanMove: '$.move',
      MoveEach: '$.moves',
      MoveIntoPlace: '$.move',
      CleanDirectories: '$.deletions',
      DeleteShards: '$.deletions',
      ReadDeletionFacts: '$.facts',
      DeleteShard: '$.deletion',
      JoinDeletions: '$.joined',
      ReportSuccess: '$',
      ReportFailure: '$',
      PublishSuccess: null, // a null in the template: CDK drops those that are not its own
      PublishFailure: null,
    });
  });

  test('every place of which a report may be made is there from the beginning, and each judgement is about what was just done', () => {
    expect(keysOf(States.Begin.Parameters!).sort()).toEqual(['deletions', 'execution', 'hooks', 'input', 'moves', 'plans', 'progress', 'verifications', 'work']);
    expect(States.Begin.Parameters).toMatchObject({ progress: { index: 0, restores: [] }, verifications: [], plans: [], moves: [], deletions: [] });
    expect(['JudgeVerification', 'JudgePlan', 'JudgeMove'].map((name) => States[name].ResultPath)).toEqual(Array(3).fill('$.judgement'));
  });

  test('the guards are asked just before a job is started, and for other jobs just before its directory is looked for', () => {
    expect(States.CheckGuards).toMatchObject({
      Next: 'StartRestoreJob', Parameters: { 'operation': 'guards', 'request.$': '$.prepared.request', 'settings': { allowsNewFileSystems: false } },
    });
    expect(States.CheckOtherRestoreJobs).toMatchObject({
      Next: 'FindRecoveryDirectory', Parameters: { 'operation': 'other-jobs', 'request.$': '$.prepared.request', 'job.$': '$.restoreJob' },
    });
  });

  test('what only one job needs is forgotten before the next one, and judgements keep no answers', () => {
    expect(States.ForgetRestoreJob).toMatchObject({ Parameters: {}, ResultPath: '$.work', Next: 'ChooseWhetherAllIsRestored' });
    expect(States.CountRestoreJob.Next).toBe('ForgetRestoreJob');
    const kept = ['JudgeVerification', 'JudgePlan', 'JudgeMove'].flatMap((name) => Object.values(States[name].Parameters!));
    expect(kept.filter((path) => !/\)\]\.(verdict|outcome)$/.test(String(path)))).toEqual([]);
  });

  test('a topic hears of a report that could not be written, too', () => {
    expect([States.SuccessUnreported.Next, States.FailureUnreported.Next]).toEqual(['PublishSuccess', 'PublishFailure']);
    expect(States.FailureUnreported.Parameters).toMatchObject({
      subject: 'EFS restore failed, without a report', report: { 'outcome': 'FAILED', 'error.$': '$.failure.Error' },
    });
    expect(States.SuccessUnreported.Parameters).toMatchObject({ subject: 'EFS restore succeeded, without a report', report: { outcome: 'SUCCEEDED' } });
  });

  test('all is verified before anything is moved, and all is moved before anything is deleted', () => {
    expect(reachableFrom(definition, 'CleanDirectories', false).has('MoveIntoPlace')).toBe(false);
    expect(reachableFrom(definition, 'MoveEach', false).has('VerifyRecoveryDirectory')).toBe(false);
    const leadsTo = (name: string) => Object.keys(States).filter((each) => nextOf(States[each]).includes(name)).sort();
    expect(leadsTo('CleanDirectories')).toEqual(['ChooseWhetherToClean']);
    expect(leadsTo('ChooseWhetherToClean')).toEqual(['ChooseByMove']);
    expect(leadsTo('BeginMove')).toEqual(['ChooseByPlan', 'ChooseWhetherToPlan']);
    expect(leadsTo('ChooseWhetherToPlan')).toEqual(['ChooseWhetherToMove']);
    expect(leadsTo('ChooseWhetherToMove')).toEqual(['ChooseByVerification']);
  });

  test('a dry run ends with its plan, and a plan with a conflict ends the restore', () => {
    expect(States.ChooseByPlan).toEqual({
      Type: 'Choice',
      Choices: [
        { Variable: '$.prepared.request.dryRun', BooleanEquals: true, Next: 'ReportSuccess' },
        { Variable: '$.judgement.conflicts[0]', IsPresent: true, Next: 'MoveConflictPlanned' },
      ],
      Default: 'BeginMove',
    });
    expect(all.PlanMove.Parameters).toMatchObject({ operation: 'move', dryRun: true });
    expect(all.MoveIntoPlace.Parameters).toMatchObject({ operation: 'move', dryRun: false });
  });

  test('each restore job is taken in turn, and each directory by one worker at a time', () => {
    expect(States.ChooseWhetherAllIsRestored).toMatchObject({
      Choices: [{ Variable: '$.progress.index', NumericLessThanPath: '$.progress.jobs', Next: 'TakeRestoreJob' }], Default: 'ChooseWhetherToVerify',
    });
    for (const name of ['VerifyEach', 'PlanEach', 'MoveEach', 'CleanDirectories']) {
      expect([name, States[name].ItemsPath, States[name].MaxConcurrency]).toEqual([name, '$.progress.restores', 1]);
    }
  });

  test('a worker that is not done is asked again with its answer, after the facts were read again where it deletes', () => {
    for (const [choice, answer, again] of [
      ['ChooseWhetherVerified', 'verification', 'VerifyRecoveryDirectory'], ['ChooseWhetherPlanned', 'move', 'PlanMove'],
      ['ChooseWhetherMoved', 'move', 'MoveIntoPlace'], ['ChooseByDeletion', 'deletion', 'ReadDeletionFacts'],
    ]) {
      expect(all[choice].Choices).toEqual([{ Variable: `$.${answer}.done`, BooleanEquals: false, Next: again }]);
    }
    for (const [task, answer] of [['VerifyRecoveryDirectory', 'verification'], ['PlanMove', 'move'], ['MoveIntoPlace', 'move'], ['DeleteShard', 'deletion']]) {
      expect([task, all[task].Parameters!['previous.$']]).toEqual([task, `$.${answer}`]);
    }
    expect(all.ReadDeletionFacts.Next).toBe('ChooseByTurnOfShard');
    expect(all.ChooseByTurnOfShard.Choices).toEqual([{ Variable: '$.facts.decision', StringEquals: 'GO', Next: 'DeleteShard' }]);
  });

  test.each([
    ['ChooseWhetherToVerify', AfterRestore.KEEP, 'ReportSuccess'],
    ['ChooseWhetherToMove', AfterRestore.MOVE_INTO_PLACE, 'ChooseWhetherToPlan'],
  ])('%s follows the request', (name, value, next) => {
    expect(States[name].Choices).toContainEqual({ Variable: '$.prepared.request.afterRestore', StringEquals: value, Next: next });
  });

  test('the topic hears how it ended, whatever became of it', () => {
    for (const outcome of ['Success', 'Failure']) {
      expect(States[`Publish${outcome}`]).toMatchObject({
        Resource: 'arn:aws:states:::aws-sdk:sns:publish',
        Parameters: { 'TopicArn': expect.stringMatching(/^<Restores/), 'Subject.$': '$.subject', 'Message.$': 'States.JsonToString($.report)' },
        Next: outcome === 'Success' ? 'RestoreSucceeded' : 'RestoreFailed',
      });
    }
  });
});

test('the vault is asked about the role that starts the jobs, and the request is prepared as the workflow is set', () => {
  expect(statesFor().all.PrepareRestore.Parameters!.settings).toEqual({
    callerRoleArn: expect.stringMatching(/^<RestoreStateMachineRole.*\.Arn>$/),
    restoreTimeoutSeconds: 7 * 86_400,
    itemsPerRestoreJob: 5,
    allowsNewFileSystems: false,
    approvesMove: false,
  });
  const { all } = statesFor((stack) => ({ ...everythingOf(stack), itemsPerRestoreJob: 3, restoreTimeout: Duration.hours(1) }));
  expect(all.PrepareRestore.Parameters!.settings).toMatchObject({
    restoreTimeoutSeconds: 3600, itemsPerRestoreJob: 3, allowsNewFileSystems: true, approvesMove: true,
  });
});

test('a new file system is neither surveyed nor looked through, and only where it is allowed', () => {
  const { States } = statesFor(() => ({ allowNewFileSystems: true })).definition;
  const isNew = { Variable: '$.prepared.request.newFileSystem', IsPresent: true };
  expect(States.ChooseWhetherToSurvey).toEqual({ Type: 'Choice', Choices: [{ ...isNew, Next: 'CheckGuards' }], Default: 'SurveyBeforeRestore' });
  expect(States.ChooseByTarget).toEqual({ Type: 'Choice', Choices: [{ ...isNew, Next: 'NoteNewFileSystem' }], Default: 'CheckOtherRestoreJobs' });
  expect(States.NoteNewFileSystem).toMatchObject({ Next: 'ChooseWhetherToVerify', Parameters: { restores: [{ 'newFileSystemArn.$': '$.restoreJob.CreatedResourceArn' }] } });
  expect(Object.keys(statesFor().all).filter((name) => ['ChooseWhetherToSurvey', 'ChooseByTarget', 'NoteNewFileSystem'].includes(name))).toEqual([]);
});

describe('the workers', () => {
  test.each([[1, 3500, 3500], [2, 3500, 1750], [3, 1000, 333], [8, 80, 10]])('%p share %p operations a second: %p each', (workers, operationsPerSecond, each) => {
    const { all } = statesFor(() => ({ workers, operationsPerSecond }));
    expect(all.DeleteShards).toMatchObject({ MaxConcurrency: workers, ItemSelector: { operationsPerSecond: each } });
    expect(all.CutIntoShards?.Parameters).toEqual(workers === 1 ? undefined : expect.objectContaining({
      operation: 'survey', cut: { 'directory.$': '$.directory', 'shards': workers }, operationsPerSecond,
    }));
    // one works at a time there and in the cut, and has all of it
    ['VerifyRecoveryDirectory', 'PlanMove', 'MoveIntoPlace'].forEach((name) => expect(all[name].Parameters!.operationsPerSecond).toBe(operationsPerSecond));
  });

  test('are told what to do with what was not moved, and who uses the directory', () => {
    const { all } = statesFor();
    expect(all.DeleteShard.Parameters).toMatchObject({
      'operation': 'delete',
      'directory.$': '$.directory',
      'disposal.$': '$.disposal',
      'accessPointRoots.$': '$.facts.accessPointRoots',
      'runningRestoreJobs.$': '$.facts.runningRestoreJobs',
    });
    expect(all.CleanDirectories.ItemSelector).toMatchObject({ 'disposal.$': '$.prepared.request.recoveryDirectory' });
  });
});
