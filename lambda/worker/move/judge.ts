import type { BigIntStats } from 'node:fs';
import { CHANGED } from './changes';
import type { Changes } from './changes';
import { decide, isSame } from './decide';
import type { Action } from './decide';
import type { Scope, ScopedRelation } from './scope';
import { isReservedRootName } from '../../../src/core/reserved-root-name';
import type { ConflictPolicy } from '../../../src/core/restore-request';
import type { MoveCounts } from '../../../src/core/worker';
import { toText } from '../../fs/byte-name';
import type { TreePath } from '../../fs/tree';

/**
 * What is to be done with a restored entry. MERGE: both sides have the directory. LEAVE: nothing, and nothing is to be said. STAY: it
 * stays where it is, and is told. Else what the policy says.
 */
export type Judgement =
  | { readonly kind: 'MERGE' | 'LEAVE' }
  | { readonly kind: 'STAY'; readonly fate: keyof MoveCounts; readonly note: string }
  | { readonly kind: 'ACT'; readonly action: Action };

export const SKIPPED_AT_ROOT = 'belongs to AWS Backup or to an earlier restore';
const NOT_ASKED_FOR = 'is none of the items';
const NO_WAY = 'an item lies in it, and at its place is no directory: make it, then start the move again';

/** Decides about restored entries, by the policy, what was asked for, and what was changed after it was verified. */
export class Judge {
  constructor(private readonly policy: ConflictPolicy, private readonly scope: Scope, private readonly changes: Changes) {}

  public of(path: TreePath, name: string, own: BigIntStats, there: BigIntStats | undefined): Judgement {
    if (path === '' && isReservedRootName(toText(name))) {
      return { kind: 'STAY', fate: 'skipped', note: SKIPPED_AT_ROOT };
    }
    if (this.scope.leaves(path, name)) {
      return { kind: 'LEAVE' };
    }
    const relation = this.relate(path, name, own, there);
    switch (relation) {
      case 'MERGE': return { kind: 'MERGE' };
      case 'STAYS': return { kind: 'STAY', fate: 'skipped', note: NOT_ASKED_FOR };
      case 'NO_WAY': return { kind: 'STAY', fate: 'failed', note: NO_WAY };
      default: {
        const isThere = there !== undefined && isSame(own, there); // it was moved, and only its other name is left
        return !isThere && this.changes.has(own) ? { kind: 'STAY', fate: 'failed', note: CHANGED } : { kind: 'ACT', action: decide(this.policy, own, there) };
      }
    }
  }

  public relate(path: TreePath, name: string, own: BigIntStats, there: BigIntStats | undefined): ScopedRelation {
    return this.scope.relate(path, name, own, there);
  }

  /** True where a live entry makes room for a restored one. */
  public replaces(path: TreePath, name: string, own: BigIntStats, there: BigIntStats | undefined): boolean {
    return there !== undefined && this.relate(path, name, own, there) === 'TAKEN' && decide(this.policy, own, there) === 'REPLACE';
  }
}
