import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { DeletionStates } from '../../private/deletion-states';
import { at, invoke } from '../../private/workflow-tasks';

export interface CleanupProps {
  readonly controlPlane: lambda.IFunction;
  readonly worker: lambda.IFunction;
  /** How many workers delete one directory together. */
  readonly workers: number;
  /** Calls to the file system, of all workers. */
  readonly operationsPerSecond: number;
  readonly next: sfn.IChainable;
}

/** Deletes the recovery directories. The data is back in place: one that cannot be cleaned up now is reported, not a failure. */
export function cleanUp(scope: Construct, { controlPlane, worker, workers, operationsPerSecond, next }: CleanupProps): sfn.State {
  const directories = new sfn.Map(scope, 'CleanDirectories', {
    itemsPath: '$.progress.restores',
    itemSelector: {
      'directory.$': '$$.Map.Item.Value.directory',
      'restoredSince.$': '$$.Map.Item.Value.created',
      'disposal.$': '$.prepared.request.recoveryDirectory',
      'since.$': '$$.State.EnteredTime',
      'jobs.$': '$.progress.jobs',
    },
    maxConcurrency: 1,
    resultPath: '$.deletions',
  });
  const { start } = new DeletionStates(scope, 'Deletion', {
    worker,
    controlPlane,
    directory: '$.directory',
    operationsPerSecond: Math.floor(operationsPerSecond / workers),
    operationsPerSecondOfAll: operationsPerSecond,
    workers,
    event: { disposal: at('$.disposal'), restoredSince: at('$.restoredSince') },
    carried: { disposal: '$.disposal', restoredSince: '$.restoredSince', since: '$.since', jobs: '$.jobs' },
    facts: (states) => [invoke(states, 'ReadDeletionFacts', controlPlane, '$.facts', {
      operation: 'deletion-facts', time: { since: at('$.since'), jobs: sfn.JsonPath.numberAt('$.jobs'), workers },
    })],
  });
  directories.itemProcessor(sfn.Chain.start(start));
  directories.next(next);
  return directories;
}
