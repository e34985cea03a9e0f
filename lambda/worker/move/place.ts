import type { BigIntStats } from 'node:fs';
import type { Aside, Kept } from './aside';
import { suffixed } from './aside';
import { decide, isSame, relate } from './decide';
import type { Action } from './decide';
import type { Journal, JournalLine } from './journal';
import { transfer } from './transfer';
import type { ConflictPolicy } from '../../../src/core/restore-request';
import type { MoveCounts } from '../../../src/core/worker';
import { fromText } from '../../fs/byte-name';
import { typeOf } from '../../fs/directory';
import type { Directory } from '../../fs/directory';
import { errnoOrThrow } from '../../fs/errno';
import type { Names } from '../../fs/names';
import { join } from '../../fs/tree';
import type { TreePath } from '../../fs/tree';
import type { RateLimit } from '../../runtime/rate-limit';

/** What became of an entry; the note is for whoever reads the report. */
export interface Fate {
  /** 'merged': it is still there, and the live directory at its place, which appeared just now, takes what it holds. */
  readonly fate: keyof MoveCounts | 'merged';
  readonly note?: string;
}

/** What is to be done with an entry, after it was looked at. */
export interface Step {
  readonly name: string;
  readonly own: BigIntStats;
  /** What was at its place. */
  readonly there?: BigIntStats;
  readonly action: Action;
  /** The name that it gets, and the path to keep aside what has its place. */
  readonly liveName: string;
  readonly asidePath?: TreePath;
}

/** Two directories of the same path. */
export interface Place {
  readonly path: TreePath;
  readonly restored: Directory;
  readonly live: Directory;
  /** What the live one held when it was listed. */
  readonly names: Names;
}

export const TAKEN = 'its place is taken';
export const TAKEN_MEANWHILE = 'its place was taken while it was moved';
/** How often an entry is looked at again because an application took its place in the meantime. */
const MOST_ATTEMPTS = 3;
/** Calls that change the file system: for an entry's two names, and for what has its place. */
const OPERATIONS_PER_ENTRY = 2;

/** Puts restored entries into their places, or does what the policy says where a place is taken. */
export class Placer {
  constructor(
    private readonly policy: ConflictPolicy,
    private readonly recoveryDirectory: string,
    private readonly journal: Journal,
    private readonly aside: Aside,
    private readonly rateLimit: RateLimit,
  ) {}

  /**
   * What is to be done with an entry that cannot be merged. Nothing is done before it is in the journal. `kept`: what an earlier
   * attempt at it kept aside, undefined for the first attempt.
   */
  public async plan(place: Place, name: string, own: BigIntStats, there: BigIntStats | undefined, kept?: readonly Kept[]): Promise<Step> {
    const action = decide(this.policy, own, there);
    return {
      name,
      own,
      there,
      action,
      liveName: action === 'KEEP_BOTH' ? await this.nameBeside(place, name, own, kept !== undefined) : name,
      ...(action === 'REPLACE' ? { asidePath: this.aside.pathOf(await this.journal.number(), join(place.path, name), (kept?.length ?? 0) + 1) } : {}),
    };
  }

  /** What the journal says of a step. */
  public lineOf({ path }: Place, { name, own, there, liveName, asidePath }: Step): (at: string) => JournalLine {
    const type = typeOf(own);
    return (at) => ({
      restored: join(path, name),
      ...(liveName === name ? {} : { live: join(path, liveName) }),
      type,
      inode: String(own.ino),
      mtime: String(own.mtimeNs),
      ...(type === 'directory' ? { at } : {}),
      ...(asidePath === undefined || !there ? {} : { aside: { path: asidePath } }),
    });
  }

  /** Does it. Errors of the file system are a fate. */
  public async take(place: Place, step: Step): Promise<Fate> {
    const kept: Kept[] = [];
    const wordKept = (all: readonly Kept[]): string => `what was there is kept at ${all.map(({ path }) => `'${this.aside.shown(path)}'`).join(', ')}`;
    try {
      const { fate, note } = await this.attempt(place, step, kept);
      if (kept.length === 0) {
        return { fate, note };
      }
      return fate === 'moved' ? { fate: 'replaced', note: wordKept(kept) } : { fate, note: `${note}; ${wordKept(kept)}` };
    } catch (error) {
      const code = errnoOrThrow(error);
      const isBack = kept.length > 0 && await this.aside.putBack(kept[kept.length - 1], place.live, step.name);
      const still = isBack ? kept.slice(0, -1) : kept;
      return { fate: 'failed', note: still.length === 0 ? code : `${code}; ${wordKept(still)}` };
    }
  }

  private async attempt(place: Place, first: Step, kept: Kept[]): Promise<Fate> {
    const { restored, live } = place;
    const { name } = first;
    for (let attempt = 1, step = first; ; step = await this.planAgain(place, name, kept)) {
      await this.rateLimit.take(OPERATIONS_PER_ENTRY);
      const { own, there, action, liveName, asidePath } = step;
      switch (action) {
        case 'FAIL':
          return { fate: 'failed', note: TAKEN_MEANWHILE };
        case 'SKIP':
          return { fate: 'skipped', note: TAKEN };
        case 'REPLACE': {
          if (!await restored.lstat(name)) {
            throw vanished(place, name); // nothing is taken from its place for it
          }
          const aside = await this.aside.keep(live, name, there!, asidePath!);
          if (aside) {
            kept.push(aside);
          }
        }
      }
      if (await transfer(restored, name, typeOf(own), live, liveName)) {
        return action === 'KEEP_BOTH' ? { fate: 'keptBoth', note: `its place is taken; it is now '${live.pathOf(liveName)}'` } : { fate: 'moved' };
      }
      attempt += 1;
      if (attempt > MOST_ATTEMPTS) {
        return { fate: 'failed', note: 'its place was taken again and again while it was moved' };
      }
      const now = await live.lstat(name);
      if (now && relate(own, now) === 'MERGE') {
        return { fate: 'merged' };
      }
    }
  }

  /** Looks once more, and writes down what comes of it. */
  private async planAgain(place: Place, name: string, kept: readonly Kept[]): Promise<Step> {
    const [own, there] = await Promise.all([place.restored.lstat(name), place.live.lstat(name)]);
    if (!own) {
      throw vanished(place, name);
    }
    const step = await this.plan(place, name, own, there, kept);
    if (step.action !== 'SKIP' && step.action !== 'FAIL') {
      await this.journal.commit([this.lineOf(place, step)]);
    }
    return step;
  }

  /** A free name beside the one that is taken; one that an interrupted move gave it counts as free. */
  private async nameBeside({ live, names }: Place, name: string, own: BigIntStats, ask: boolean): Promise<string> {
    const stamp = this.recoveryDirectory.slice(this.recoveryDirectory.indexOf('_') + 1);
    for (let number = 1; ; number += 1) {
      const beside = suffixed(name, fromText(`.restored-${stamp}${number === 1 ? '' : `-${number}`}`));
      const there = ask || number > 1 || names.mayHave(beside) ? await live.lstat(beside) : undefined;
      if (!there || isSame(own, there)) {
        return beside;
      }
    }
  }
}

function vanished({ restored }: Place, name: string): Error {
  return Object.assign(new Error(`'${restored.pathOf(name)}' vanished`), { code: 'ENOENT' });
}
