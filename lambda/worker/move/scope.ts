import type { BigIntStats } from 'node:fs';
import { relate } from './decide';
import type { Relation } from './decide';
import { isReservedRootName } from '../../../src/core/reserved-root-name';
import { ConflictPolicy } from '../../../src/core/restore-request';
import { toText } from '../../fs/byte-name';
import { componentsOf, join, nameOf, parentOf } from '../../fs/tree';
import type { TreePath } from '../../fs/tree';
import { treePathOf } from '../verify/expected';

/**
 * What a restored entry is to a request. ITEM: was asked for; of a full restore whatever lies at the top. WAY: a directory that an
 * item lies in. WITHIN: lies in an item. OTHER: none of these.
 */
export type Role = 'ITEM' | 'WAY' | 'WITHIN' | 'OTHER';

/** STAYS: it was not asked for. NO_WAY: it is the way to an item, and there is none at its place. */
export type ScopedRelation = Relation | 'STAYS' | 'NO_WAY';

export interface ScopeOptions {
  readonly policy: ConflictPolicy;
  /** Null or left out for a full restore. */
  readonly items?: readonly string[] | null;
  /** True: nothing but the items is moved. */
  readonly only?: boolean | null;
}

/** What a move is about. */
export class Scope {
  private readonly items?: ReadonlySet<TreePath>;
  private readonly ways: ReadonlySet<TreePath>;
  private readonly only: boolean;
  private readonly swaps: boolean;

  constructor({ policy, items, only }: ScopeOptions) {
    const paths = items?.map(treePathOf);
    this.items = paths && new Set(paths);
    this.ways = new Set(paths?.flatMap((path) => componentsOf(path).map((_, depth, names) => names.slice(0, depth).join('/'))));
    this.only = only === true;
    this.swaps = policy === ConflictPolicy.SWAP;
  }

  /** True for what is not to be moved, and not to be told of. */
  public leaves(path: TreePath, name: string): boolean {
    return this.only && this.roleOf(path, name) === 'OTHER';
  }

  /** True for a directory that was asked for, as a whole or with what it lies in. */
  public isAskedFor(path: TreePath): boolean {
    const role = this.items && path !== '' ? this.roleOf(parentOf(path), nameOf(path)) : 'WAY';
    return !this.items || role === 'ITEM' || role === 'WITHIN';
  }

  public isItem(path: TreePath, name: string): boolean {
    return this.roleOf(path, name) === 'ITEM';
  }

  /** What a restored entry meets at its place. Where whole items are swapped, they are not merged, and whatever was not asked for stays. */
  public relate(path: TreePath, name: string, own: BigIntStats, there: BigIntStats | undefined): ScopedRelation {
    const relation = relate(own, there);
    const role = this.swaps || this.only ? this.roleOf(path, name) : 'WITHIN';
    if (role === 'WAY' && relation !== 'MERGE' && (this.only || relation === 'TAKEN')) {
      return 'NO_WAY'; // moved whole, it would take along what is not to be moved, or the place of what was not asked for
    }
    if (!this.swaps || relation === 'FREE') {
      return relation;
    }
    return role === 'ITEM' ? 'TAKEN' : role === 'OTHER' ? 'STAYS' : relation;
  }

  private roleOf(parent: TreePath, name: string): Role {
    if (!this.items) {
      return parent === '' && !isReservedRootName(toText(name)) ? 'ITEM' : 'WITHIN';
    }
    const path = join(parent, name);
    if (this.items.has(path)) {
      return 'ITEM';
    }
    if (this.ways.has(path)) {
      return 'WAY';
    }
    const components = componentsOf(parent);
    return components.some((_, depth) => this.items!.has(components.slice(0, depth + 1).join('/'))) ? 'WITHIN' : 'OTHER';
  }
}
