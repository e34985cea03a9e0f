import { describeProblem } from '../../src/core/problem';
import { replicationDestinationProblem } from '../../src/core/restore-target';

test('the destination of a replication, in exactly these words', () => {
  expect(describeProblem(replicationDestinationProblem('fs-0123456789abcdef0'))).toBe(
    "'fileSystem' must not be the destination of a replication, because that is read-only, got \"fs-0123456789abcdef0\"; "
    + 'restore into the source of the replication, or delete the replication configuration first');
});
