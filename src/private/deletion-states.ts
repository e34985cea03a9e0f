import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { at, invoke } from './workflow-tasks';

export interface DeletionStatesProps {
  readonly worker: lambda.IFunction;
  readonly controlPlane: lambda.IFunction;
  /** Where the state has the name of the recovery directory. */
  readonly directory: string;
  /** The calls of each worker to the file system a second: a number, or a place in the state. */
  readonly operationsPerSecond: number | string;
  /** The calls of all of them together: whoever cuts the directory is alone. */
  readonly operationsPerSecondOfAll: number;
  /** How many workers delete the directory together at most. With one, nothing is cut. */
  readonly workers: number;
  /** Where the state has how many of them this directory is worth. @default - all of them */
  readonly shards?: string;
  /** What the worker is asked beside the directory, its part of it and the facts; places are those in `carried`. */
  readonly event: Record<string, unknown>;
  /** What the states of each worker need of the state: name → place. */
  readonly carried: Record<string, string>;
  /**
   * Makes the tasks that read, just before each call, what the worker must know, and whether it is to be called at all; the last
   * one writes it to `$.facts`. A worker is called where `$.facts.decision` is GO only.
   */
  readonly facts: (scope: Construct) => sfn.TaskStateBase[];
}

/**
 * The states that delete one recovery directory: cut it where it is worth that, then for each part, as many workers at once: read
 * the facts, call the worker, and again until it is done. They never fail. The last answer of each worker goes to `$.deletions`,
 * and the output of the last state is what `joinDeletions` makes of them; `$.cut` is used on the way.
 */
export class DeletionStates extends Construct {
  /** The first state. */
  public readonly start: sfn.State & sfn.INextable;

  constructor(scope: Construct, id: string, private readonly props: DeletionStatesProps) {
    super(scope, id);
    const shards = new sfn.Map(this, 'DeleteShards', {
      itemsPath: '$.cut.shards',
      maxConcurrency: props.workers,
      itemSelector: {
        'shard.$': '$$.Map.Item.Value',
        'directory.$': props.directory,
        ...this.rate('operationsPerSecond'),
        'deletion': { deletedEntries: 0 },
        'facts': {},
        ...Object.fromEntries(Object.entries(props.carried).map(([name, path]) => [`${name}.$`, path])),
      },
      resultPath: '$.deletions',
    });
    shards.itemProcessor(this.deleteShard());
    const undivided = new sfn.Pass(this, 'DeleteUndivided', { parameters: { shards: [{}] }, resultPath: '$.cut' });
    undivided.next(shards);
    this.start = props.workers > 1 ? this.cut(undivided, shards) : undivided;
    shards.next(this.join());
  }

  /** The state has room for a part of what the workers answered; the log of the function has all of it. */
  private join(): sfn.State {
    const { controlPlane, directory } = this.props;
    const join = invoke(this, 'JoinDeletions', controlPlane, '$.joined', { operation: 'join', directory: at(directory), answers: at('$.deletions') });
    const unjoined = new sfn.Pass(this, 'DirectoryUnreported', {
      parameters: {
        'directory.$': directory,
        'outcome': 'INCOMPLETE',
        'deletedEntries': 0,
        'refusals': [],
        'notes': [{ 'path': '', 'note.$': "States.Format('what became of it is in the history of the execution only: {}', $.joinError.Error)" }],
      },
      resultPath: '$.joined',
    });
    join.addCatch(unjoined, { resultPath: '$.joinError' });
    const done = new sfn.Pass(this, 'DirectoryDone', { outputPath: '$.joined' });
    unjoined.next(done);
    join.next(done);
    return join;
  }

  /** A cut saves time and nothing else: where it fails, one worker deletes all of it. */
  private cut(undivided: sfn.State, shards: sfn.State): sfn.State & sfn.INextable {
    const { props } = this;
    const begin = new sfn.Pass(this, 'BeginCut', { parameters: {}, resultPath: '$.cut' });
    const cut = invoke(this, 'CutIntoShards', props.worker, '$.cut', {
      operation: 'survey',
      cut: { directory: at(props.directory), shards: props.shards === undefined ? props.workers : sfn.JsonPath.numberAt(props.shards) },
      operationsPerSecond: props.operationsPerSecondOfAll,
      previous: at('$.cut'),
    });
    cut.addCatch(undivided, { resultPath: '$.cutError' });
    cut.next(new sfn.Choice(this, 'ChooseByCut').when(sfn.Condition.booleanEquals('$.cut.done', false), cut).otherwise(shards));
    begin.next(props.shards === undefined ? cut
      : new sfn.Choice(this, 'ChooseWhetherToCut').when(sfn.Condition.numberGreaterThan(props.shards, 1), cut).otherwise(undivided));
    return begin;
  }

  private deleteShard(): sfn.Chain {
    const done = new sfn.Pass(this, 'ShardDone', { outputPath: '$.deletion' });
    const kept = this.answer('ShardKept', {
      outcome: 'INCOMPLETE',
      notes: [{ 'path.$': "States.Format('/{}', $.directory)", 'note.$': 'States.JsonToString($.shardError)' }],
    }, done);
    const call = invoke(this, 'DeleteShard', this.props.worker, '$.deletion', {
      operation: 'delete',
      directory: at('$.directory'),
      shard: at('$.shard'),
      accessPointRoots: at('$.facts.accessPointRoots'),
      runningRestoreJobs: at('$.facts.runningRestoreJobs'),
      ...this.props.event,
      operationsPerSecond: sfn.JsonPath.numberAt('$.operationsPerSecond'),
      previous: at('$.deletion'),
    });
    const facts = this.props.facts(this);
    [...facts, call].forEach((task) => task.addCatch(kept, { resultPath: '$.shardError' }));
    const first = facts.reduce((before: sfn.Chain | undefined, task) => before?.next(task) ?? sfn.Chain.start(task), undefined)!;
    call.next(new sfn.Choice(this, 'ChooseByDeletion').when(sfn.Condition.booleanEquals('$.deletion.done', false), facts[0]).otherwise(done));
    return first.next(this.goOnly(call, done));
  }

  private goOnly(call: sfn.State, done: sfn.State): sfn.State & sfn.IChainable {
    const postponed = this.answer('ShardPostponed', {
      outcome: 'UNDECIDED', notes: [], postponed: { 'reason.$': '$.facts.reason', 'detail.$': '$.facts.detail' },
    }, done);
    return new sfn.Choice(this, 'ChooseByTurnOfShard').when(sfn.Condition.stringEquals('$.facts.decision', 'GO'), call).otherwise(postponed);
  }

  /** An answer in place of the worker's; what was deleted so far is not forgotten. */
  private answer(id: string, parameters: Record<string, unknown>, next: sfn.State): sfn.State {
    const pass = new sfn.Pass(this, id, { parameters: { 'refusals': [], 'deletedEntries.$': '$.deletion.deletedEntries', ...parameters }, resultPath: '$.deletion' });
    pass.next(next);
    return pass;
  }

  private rate(name: string): Record<string, unknown> {
    const { operationsPerSecond } = this.props;
    return typeof operationsPerSecond === 'number' ? { [name]: operationsPerSecond } : { [`${name}.$`]: operationsPerSecond };
  }
}
