import type { BigIntStats } from 'node:fs';
import { ConflictPolicy } from '../../../src/core/restore-request';
import { typeOf } from '../../fs/directory';

/**
 * What a restored entry meets at its place. FREE: nothing, or itself (a move that was interrupted between the two names of one
 * file). MERGE: both are real directories. TAKEN: something else.
 */
export type Relation = 'FREE' | 'MERGE' | 'TAKEN';

export function relate(own: BigIntStats, there: BigIntStats | undefined): Relation {
  if (!there || isSame(own, there)) {
    return 'FREE';
  }
  return typeOf(own) === 'directory' && typeOf(there) === 'directory' ? 'MERGE' : 'TAKEN';
}

/** True for two names of one entry. A directory has no second name: where it seems to, it is being moved by somebody else. */
export const isSame = (own: BigIntStats, there: BigIntStats): boolean => own.ino === there.ino && own.dev === there.dev;

/** What is done with a restored entry. */
export type Action = 'MOVE' | 'REPLACE' | 'KEEP_BOTH' | 'SKIP' | 'FAIL';

/** What the policy says of an entry that cannot be merged. */
export function decide(policy: ConflictPolicy, own: BigIntStats, there: BigIntStats | undefined): Action {
  if (!there || relate(own, there) === 'FREE') {
    return 'MOVE';
  }
  if (policy === ConflictPolicy.SWAP) {
    return 'REPLACE'; // as a whole: scope.ts
  }
  if (policy !== ConflictPolicy.REPLACE_IF_OLDER) {
    return policy;
  }
  // the time of a directory says nothing about what is in it
  const comparable = typeOf(own) !== 'directory' && typeOf(there) !== 'directory';
  return comparable && there.mtimeNs < own.mtimeNs ? 'REPLACE' : 'SKIP';
}
