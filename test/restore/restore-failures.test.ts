import { addWorkflow, allStatesOf, CONTEXTS, definitionOf, levelsOf, makeStack, reachableFrom, VARIANTS } from './fixture';
import type { Definition, State } from './fixture';
import { RestoreError } from '../../src/core/contract';

/** Where the data is back already, or the restore has failed already: what fails there changes neither. */
const SETTLED = ['ReportSuccess', 'PublishSuccess', 'CutIntoShards', 'ReadDeletionFacts', 'DeleteShard', 'JoinDeletions'];
/** What is worth a wait: errors of a service that is busy, of its client on the way, and a mount that is not there yet. */
const CURABLE = /^(Lambda\.(Service|AWSLambda|SdkClient|ClientExecutionTimeout|TooManyRequests|EFSIO|EFSMountTimeout|EFSMountConnectivity|EFSMountFailure)Exception|Backup\.(Throttling|ServiceUnavailable|DependencyFailure|Backup|SdkClient)Exception|StepFunctions\.(Throttling|ExecutionLimitExceeded)Exception|Sns\.(Throttled|KmsThrottling|InternalError|Sns|SdkClient)(Exception)?)$/;
/** A function that was killed; every operation may be begun again. */
const KILLED = ['Sandbox.Timedout', 'Lambda.Unknown', 'Runtime.ExitError', 'States.Timeout'];

const isTask = ([, { Type }]: [string, State]) => Type === 'Task';
const isExecution = ({ Resource = '' }: State) => Resource.includes(':states:startExecution');
/** Where the calls of the worker change something, and that of AWS Backup that does. */
const changes = ({ Parameters = {}, Resource = '' }: State) => Parameters.operation === 'delete' || (Parameters.operation === 'move' && Parameters.dryRun !== true) || Resource.endsWith(':startRestoreJob');
const changing = (states: Iterable<string>, all: Record<string, State>) => [...states].filter((name) => changes(all[name]));

describe.each(CONTEXTS)('with %s', (_name, context) => {
  describe.each(VARIANTS)('%s', (_variant, propsOf) => {
    let definition: Definition;
    let all: Record<string, State>;
    let levels: Definition[];
    beforeAll(() => {
      const stack = makeStack(context);
      addWorkflow(stack, propsOf(stack));
      definition = definitionOf(stack);
      all = allStatesOf(definition);
      levels = levelsOf(definition);
    });

    test('every task catches everything, or the map that it is in does, and keeps the state', () => {
      const check = ({ States }: Definition, isCaught: boolean) => Object.entries(States).forEach(([name, state]) => {
        const { Type, Catch: caught = [], ItemProcessor } = state;
        const catchesAll = caught.at(-1)?.ErrorEquals.includes('States.ALL') === true;
        expect([name, Type !== 'Task' || catchesAll || isCaught]).toEqual([name, true]);
        // without a place, the error would displace the state
        caught.forEach(({ ResultPath }) => expect([name, ResultPath]).toEqual([name, expect.stringMatching(/^\$\.[a-zA-Z]+$/)]));
        if (ItemProcessor !== undefined) {
          check(ItemProcessor, isCaught || catchesAll);
        }
      });
      check(definition, false);
    });

    test('what fails ends the restore by its report, unless its outcome is settled', () => {
      for (const [name, { Catch: caught = [] }] of Object.entries(definition.States)) {
        for (const { Next } of caught) {
          const reached = reachableFrom(definition, Next);
          const ends = ['RestoreSucceeded', 'RestoreFailed'].filter((end) => reached.has(end));
          expect([name, ends]).toEqual([name, [SETTLED.includes(name) ? 'RestoreSucceeded' : 'RestoreFailed']]);
          if (!SETTLED.includes(name) && name !== 'ReportFailure' && name !== 'PublishFailure') {
            expect([name, reached.has('ReportFailure')]).toEqual([name, true]);
          }
        }
      }
    });

    test('no catch leads to anything that moves, deletes or restores, but for one that saves time only', () => {
      const found = levels.flatMap((level) => Object.entries(level.States).flatMap(([name, { Catch: caught = [] }]) =>
        caught.flatMap(({ Next }) => changing(reachableFrom(level, Next), all).map((change) => `${name}: ${change}`))));
      // the data is in place by then: without a cut, one worker deletes what several would have
      expect([...new Set(found)]).toEqual('CutIntoShards' in all ? ['CutIntoShards: DeleteShard'] : []);
    });

    test('nothing that is named as a failure leads to anything that moves, deletes or restores', () => {
      const failures = Object.keys(definition.States).filter((name) => definition.States[name].ResultPath === '$.failure');
      expect(failures.length).toBeGreaterThan(5);
      for (const name of [...failures, 'ReportFailure']) {
        const reached = reachableFrom(definition, name);
        expect([name, changing(reached, all), reached.has('RestoreSucceeded')]).toEqual([name, [], false]);
      }
    });

    test('every task is retried; executions of the user only where none was started', () => {
      for (const [name, state] of Object.entries(all).filter(isTask)) {
        const errors = (state.Retry ?? []).flatMap(({ ErrorEquals }) => ErrorEquals);
        expect([name, errors.length > 0]).toEqual([name, true]);
        expect([name, !isExecution(state) || errors.every((error) => /^StepFunctions\.(Throttling|ExecutionLimitExceeded)Exception$/.test(error))]).toEqual([name, true]);
      }
    });

    test('retries are bounded, for errors by name that a wait can cure, and callers do not come back all at once', () => {
      for (const [name, { Retry: retries = [] }] of Object.entries(all).filter(isTask)) {
        for (const { ErrorEquals, MaxAttempts = Infinity, MaxDelaySeconds = Infinity, JitterStrategy } of retries) {
          if (ErrorEquals.every((error) => KILLED.includes(error))) {
            expect([name, MaxAttempts]).toEqual([name, 3]);
          } else if (ErrorEquals.includes(RestoreError.RECOVERY_DIRECTORY_NOT_FOUND)) {
            // a cache that grows old by itself: waiting less does not help
            expect([name, ErrorEquals.length, MaxAttempts, MaxDelaySeconds]).toEqual(['FindRecoveryDirectory', 1, 8, 180]);
          } else {
            expect([name, ErrorEquals.filter((error) => !CURABLE.test(error))]).toEqual([name, []]);
            expect([name, MaxAttempts <= 8, MaxDelaySeconds <= 120, JitterStrategy]).toEqual([name, true, true, 'FULL']);
          }
        }
      }
    });

    test('nothing is retried that our functions refuse, but for the directory that may still come', () => {
      const retried = new Set(Object.values(all).flatMap(({ Retry: retries = [] }) => retries.flatMap(({ ErrorEquals }) => ErrorEquals)));
      expect(Object.values(RestoreError).filter((error) => retried.has(error))).toEqual([RestoreError.RECOVERY_DIRECTORY_NOT_FOUND]);
    });

    test('the token of a restore job is that of the job that was prepared, so that a retry starts no second one', () => {
      const starts = Object.values(all).filter(({ Resource = '' }) => Resource.endsWith(':startRestoreJob'));
      expect(starts.map(({ Parameters }) => Parameters!['IdempotencyToken.$'])).toEqual(['$.progress.job.idempotencyToken']);
      const jobs = Object.entries(all).filter(([, { Parameters, ResultPath }]) => ResultPath === '$.progress' && Parameters?.['job.$'] !== undefined);
      expect(jobs.map(([name, { Parameters }]) => [name, Parameters!['job.$']])).toEqual([['TakeRestoreJob', 'States.ArrayGetItem($.prepared.jobs, $.progress.index)']]);
    });
  });
});
