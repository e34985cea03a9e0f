import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { DeletionStates } from '../../src/private/deletion-states';
import type { DeletionStatesProps } from '../../src/private/deletion-states';
import { invoke } from '../../src/private/workflow-tasks';
import { allStatesOf, definitionOf, levelsOf, makeStack, nextOf, reachableFrom } from '../restore/fixture';

const arn = (name: string) => `arn:aws:lambda:eu-west-1:123456789012:function:${name}`;

function definitionWith(props: Partial<DeletionStatesProps> = {}) {
  const stack = makeStack();
  const [worker, controlPlane] = ['worker', 'control-plane'].map((name) => lambda.Function.fromFunctionArn(stack, name, arn(name)));
  const { start } = new DeletionStates(stack, 'Deletion', {
    worker,
    controlPlane,
    directory: '$.directory',
    operationsPerSecond: 100,
    operationsPerSecondOfAll: 400,
    workers: 1,
    event: { disposal: sfn.JsonPath.stringAt('$.disposal') },
    carried: { disposal: '$.disposal' },
    facts: (scope) => [invoke(scope, 'ReadFacts', controlPlane, '$.facts', { operation: 'deletion-facts' })],
    ...props,
  });
  new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(start) });
  return definitionOf(stack);
}

test.each([1, 4])('of %p workers never fail: every task is caught, and what follows ends well', (workers) => {
  const definition = definitionWith({ workers });
  for (const level of levelsOf(definition)) {
    for (const [name, { Type, Catch: caught = [] }] of Object.entries(level.States)) {
      expect([name, Type === 'Task' ? caught.map(({ ErrorEquals }) => ErrorEquals) : []]).toEqual([name, Type === 'Task' ? [['States.ALL']] : []]);
      const ends = [...reachableFrom(level, name)].filter((each) => level.States[each]?.End === true);
      expect([name, ends]).toEqual([name, [level === definition ? 'DirectoryDone' : 'ShardDone']]);
    }
  }
});

test('one worker cuts nothing; several cut once, and delete all of it by one where that fails', () => {
  expect(Object.keys(definitionWith().States).filter((name) => name.includes('Cut'))).toEqual([]);
  const { States, StartAt } = definitionWith({ workers: 4 });
  expect([StartAt, States.BeginCut.Next]).toEqual(['BeginCut', 'CutIntoShards']);
  expect(States.CutIntoShards).toMatchObject({ Resource: arn('worker'), Parameters: { operation: 'survey', cut: { 'directory.$': '$.directory', 'shards': 4 } } });
  expect(States.CutIntoShards.Catch).toEqual([{ ErrorEquals: ['States.ALL'], ResultPath: '$.cutError', Next: 'DeleteUndivided' }]);
  expect(States.DeleteUndivided).toMatchObject({ Parameters: { shards: [{}] }, ResultPath: '$.cut', Next: 'DeleteShards' });
  expect(States.DeleteShards.MaxConcurrency).toBe(4);
});

test('how many workers and calls there are may be known to the state only', () => {
  const { States } = definitionWith({ workers: 8, shards: '$.shards', operationsPerSecond: '$.rate' });
  expect(States.ChooseWhetherToCut).toEqual({
    Type: 'Choice', Choices: [{ Variable: '$.shards', NumericGreaterThan: 1, Next: 'CutIntoShards' }], Default: 'DeleteUndivided',
  });
  expect(States.CutIntoShards.Parameters).toMatchObject({ cut: { 'shards.$': '$.shards' }, operationsPerSecond: 400 });
  expect(States.DeleteShards.ItemSelector).toMatchObject({ 'operationsPerSecond.$': '$.rate', 'disposal.$': '$.disposal' });
});

test('the facts are read anew before every call of the worker', () => {
  const { States, StartAt } = definitionWith().States.DeleteShards.ItemProcessor!;
  expect([StartAt, States.ReadFacts.Next]).toEqual(['ReadFacts', 'ChooseByTurnOfShard']);
  expect(States.ChooseByDeletion).toEqual({ Type: 'Choice', Choices: [{ Variable: '$.deletion.done', BooleanEquals: false, Next: 'ReadFacts' }], Default: 'ShardDone' });
  expect(Object.keys(States).filter((name) => nextOf(States[name]).includes('DeleteShard'))).toEqual(['ChooseByTurnOfShard']);
});

test('the worker is called on GO only, and what is postponed says why', () => {
  const all = allStatesOf(definitionWith());
  expect(all.ChooseByTurnOfShard).toEqual({
    Type: 'Choice', Choices: [{ Variable: '$.facts.decision', StringEquals: 'GO', Next: 'DeleteShard' }], Default: 'ShardPostponed',
  });
  expect(all.ShardPostponed.Parameters).toMatchObject({ 'outcome': 'UNDECIDED', 'deletedEntries.$': '$.deletion.deletedEntries', 'postponed': { 'reason.$': '$.facts.reason' } });
});

test('what was deleted before a failure is not forgotten, and answers that cannot be joined are told', () => {
  const all = allStatesOf(definitionWith());
  expect(all.ShardKept.Parameters).toMatchObject({ 'outcome': 'INCOMPLETE', 'deletedEntries.$': '$.deletion.deletedEntries' });
  expect(all.JoinDeletions).toMatchObject({ Resource: arn('control-plane'), Parameters: { 'operation': 'join', 'answers.$': '$.deletions' } });
  expect(all.DirectoryUnreported).toMatchObject({ Parameters: { 'directory.$': '$.directory', 'outcome': 'INCOMPLETE' }, ResultPath: '$.joined' });
});
