import { CleanupMode, RecoveryDirectoryCleanup, UnprovenDirectories } from '../../src/cleanup';
import { checkWorkerEvent } from '../../src/core/worker-event';
import { fileSystemOf, makeStack, theOne, vpcOf, wordOf } from '../restore/fixture';

/** What the states of a cleanup ask the worker to delete. */
function deletionOf(unprovenDirectories?: UnprovenDirectories): Record<string, unknown> {
  const stack = makeStack();
  new RecoveryDirectoryCleanup(stack, 'Cleanup', { fileSystem: fileSystemOf(stack), vpc: vpcOf(stack), mode: CleanupMode.DELETE, unprovenDirectories });
  const { States } = JSON.parse(wordOf(theOne(stack, 'AWS::StepFunctions::StateMachine', 'Cleanup')[1].Properties.DefinitionString));
  const { DeleteShard, ReadDeletionFacts } = States.CleanDirectories.ItemProcessor.States.DeleteShards.ItemProcessor.States;
  expect(ReadDeletionFacts.Parameters).toMatchObject({ 'operation': 'turn', 'directory.$': '$.directory' });
  expect(States.TakeTurn.Parameters).not.toHaveProperty(['directory.$']);
  return DeleteShard.Parameters;
}

test('the worker is told when the job was created that made the directory, and no guard is off', () => {
  for (const parameters of [deletionOf(), deletionOf(UnprovenDirectories.REPORT)]) {
    expect(parameters).toMatchObject({ 'restoredSince.$': '$.facts.restoredSince' });
    expect(parameters).not.toHaveProperty('guardsOff');
  }
});

test('who accepts directories that nobody can prove lets them past that guard, and no other', () => {
  const { guardsOff } = deletionOf(UnprovenDirectories.CLEAN_UP);
  expect(guardsOff).toEqual(['UNPROVEN']);
  expect(checkWorkerEvent({ operation: 'delete', guardsOff })).toEqual([]);
});

test('anything else is refused', () => {
  expect(() => deletionOf('ALL' as UnprovenDirectories)).toThrow("'unprovenDirectories' must be one of REPORT, CLEAN_UP, got \"ALL\"; use UnprovenDirectories");
});
