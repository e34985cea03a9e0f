import * as fs from 'node:fs';
import { differences, takeInventory, within } from './inventory';
import type { Inventory } from './inventory';
import { damageProjects, LOST_FILE, LOST_TREE } from './projects';
import { WORK_DIRECTORY } from '../../src/core/contract';
import { classifyRootEntry, RootEntryKind } from '../../src/core/recovery-directory';

/** What the file system held before, and what it must hold after: looked at by the demo itself, with nothing of the file engine. */
export class Check {
  private readonly before: Inventory;
  private damaged: Inventory;

  constructor(private readonly root: string) {
    this.before = takeInventory(root);
    this.damaged = this.before;
  }

  public get entries(): number {
    return this.before.size;
  }

  /** The user deletes and changes things. */
  public damage(prepare?: (root: string) => void): void {
    damageProjects(this.root);
    prepare?.(this.root);
    this.damaged = takeInventory(this.root);
  }

  /** Everything that is not as it must be after a restore that worked, which leaves at the root what the names say, each of them once. */
  public restored(leaves: readonly RegExp[] = []): string[] {
    const expected = new Map([...this.damaged, ...within(this.before, [LOST_FILE, LOST_TREE])]);
    const now = takeInventory(this.root);
    const left = leaves.map((name) => fs.readdirSync(this.root).find((found) => name.test(found)));
    within(now, left.map((name) => `/${name}`)).forEach((_, own) => now.delete(own));
    this.ignoreRecords(now, left);
    const gone = leaves.filter((_, index) => left[index] === undefined).map((name) => `nothing at the root has a name like ${name}`);
    return [...differences(expected, now), ...gone];
  }

  /** Everything that is not as it must be after a restore that failed: all as it was, beside what AWS Backup left, and the records that we keep of that. */
  public untouched(): string[] {
    const left = fs.readdirSync(this.root).filter((name) => classifyRootEntry(name) !== RootEntryKind.OTHER);
    const now = takeInventory(this.root);
    within(now, left.map((name) => `/${name}`)).forEach((_, own) => now.delete(own));
    this.ignoreRecords(now, left);
    return differences(this.damaged, now);
  }

  /** What is on record of recovery directories that are still there is as it must be (docs/worker.md). */
  private ignoreRecords(now: Inventory, left: ReadonlyArray<string | undefined>): void {
    const records = left.flatMap((name) => (name === undefined ? [] : new RegExp(`^/${WORK_DIRECTORY}(/${name}(/(found|verified|closed)\\.json)?)?$`)));
    const isOfThem = (own: string) => records.some((record) => record.test(own));
    [...now.keys()].filter((own) => isOfThem(own) && !this.damaged.has(own)).forEach((own) => now.delete(own));
  }
}
