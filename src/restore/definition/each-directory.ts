import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';

export interface EachDirectoryProps {
  /** Where the answer of the worker is, while it is asked again and again; a place of the iteration. */
  readonly answer: string;
  /** Where the last answers go, one for each directory; a place of the execution. */
  readonly resultPath: string;
  /** What else an iteration must know, beside the directory. */
  readonly more?: Record<string, unknown>;
  /** The states of an iteration: called with what ends it. */
  readonly states: (done: sfn.Succeed) => sfn.IChainable;
}

/** Does something with each recovery directory, one after the other: they are moved as one, and share the rate of the file system. */
export function eachDirectory(scope: Construct, id: string, { answer, resultPath, more = {}, states }: EachDirectoryProps): sfn.Map {
  const each = new sfn.Map(scope, id, {
    itemsPath: '$.progress.restores',
    itemSelector: { 'directory.$': '$$.Map.Item.Value.directory', [answer]: {}, ...more },
    maxConcurrency: 1,
    resultPath,
  });
  each.itemProcessor(states(new sfn.Succeed(scope, `${id}Done`, { outputPath: `$.${answer}` })));
  return each;
}

/** An answer that is not done is asked for again with itself. */
export function untilDone(scope: Construct, id: string, answer: string, task: sfn.TaskStateBase, done: sfn.IChainable): sfn.State {
  task.next(new sfn.Choice(scope, id).when(sfn.Condition.booleanEquals(`$.${answer}.done`, false), task).otherwise(sfn.Chain.start(done)));
  return task;
}
