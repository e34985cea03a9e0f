import type { BigIntStats } from 'node:fs';
import type { Aside, Kept } from './aside';
import { besideName } from './beside';
import { CHANGED } from './changes';
import type { Changes } from './changes';
import { decide, isSame } from './decide';
import type { Action } from './decide';
import type { Journal, JournalLine } from './journal';
import type { Judge } from './judge';
import type { OwnerAndMode } from './merged';
import { transfer } from './transfer';
import { Trial } from './trial';
import { ConflictPolicy } from '../../../src/core/restore-request';
import type { MoveCounts } from '../../../src/core/worker';
import { typeOf } from '../../fs/directory';
import type { Directory } from '../../fs/directory';
import { errnoOrThrow, isErrno } from '../../fs/errno';
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
  /** What the live one held when it was listed, and what it is. */
  readonly names: Names;
  readonly inode: bigint;
  readonly there: OwnerAndMode;
  /** True once an entry of it could have another name: what comes next fails for reasons of its own only, or puts back what it took away. */
  tried?: boolean;
  /** What the restored one was before its sticky bit was taken away for the time of the work. */
  mode?: OwnerAndMode;
}

export const TAKEN = 'its place is taken';
export const TAKEN_MEANWHILE = 'its place was taken while it was moved';
/** How often an entry is looked at again because an application took its place in the meantime. */
const MOST_ATTEMPTS = 3;
/** Calls that change the file system: for an entry's two names, and for what has its place. */
const OPERATIONS_PER_ENTRY = 2;

export interface PlacerOptions {
  readonly policy: ConflictPolicy;
  readonly judge: Judge;
  readonly changes: Changes;
  readonly recoveryDirectory: string;
  readonly journal: Journal;
  readonly aside: Aside;
  readonly trial: Trial;
  readonly rateLimit: RateLimit;
  /** True for what an earlier call was killed at when what has its place was aside already; the highest number of such a call. */
  readonly isInterrupted: (path: TreePath) => boolean;
  readonly journalAfter: number;
}

/** Puts restored entries into their places, or does what the policy says where a place is taken. */
export class Placer {
  /** True once a link could not be made: from then on nothing is taken from its place before its successor had another name. */
  private careful = false;

  constructor(private readonly options: PlacerOptions) {}

  /**
   * What is to be done with an entry that cannot be merged. Nothing is done before it is in the journal. `kept`: what an earlier
   * attempt at it kept aside, undefined for the first attempt.
   */
  public async plan(place: Place, name: string, own: BigIntStats, there: BigIntStats | undefined, kept?: readonly Kept[]): Promise<Step> {
    const action = decide(this.options.policy, own, there);
    return {
      name,
      own,
      there,
      action,
      liveName: action === 'KEEP_BOTH' ? await this.nameBeside(place, name, own, kept !== undefined) : name,
      ...(action === 'REPLACE' ? { asidePath: this.options.aside.pathOf(await this.options.journal.number(), join(place.path, name), (kept?.length ?? 0) + 1) } : {}),
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
    const wordKept = (all: readonly Kept[]): string => `what was there is kept at ${all.map(({ path }) => `'${this.options.aside.shown(path)}'`).join(', ')}`;
    try {
      const { fate, note } = await this.attempt(place, step, kept);
      if (kept.length === 0) {
        return { fate, note };
      }
      return fate === 'moved' ? { fate: 'replaced', note: wordKept(kept) } : { fate, note: `${note}; ${wordKept(kept)}` };
    } catch (error) {
      const code = errnoOrThrow(error);
      await (kept.length === 0 ? this.putBackEarlier(place, step) : undefined);
      const isBack = kept.length > 0 && await this.options.aside.putBack(kept[kept.length - 1], place.live, step.name);
      const still = isBack ? kept.slice(0, -1) : kept;
      return { fate: 'failed', note: still.length === 0 ? code : `${code}; ${wordKept(still)}` };
    }
  }

  /** Puts back what an earlier call kept aside for an entry, right before it was killed, where that cannot be moved now. */
  private async putBackEarlier({ path, live }: Place, { name }: Step): Promise<void> {
    const { isInterrupted, journalAfter, aside } = this.options;
    for (let call = isInterrupted(join(path, name)) ? journalAfter : 0; call > 0; call -= 1) {
      if (await aside.putBack({ path: aside.pathOf(call, join(path, name), 1) }, live, name)) {
        return;
      }
    }
  }

  private async attempt(place: Place, first: Step, kept: Kept[]): Promise<Fate> {
    const { live } = place;
    const { name } = first;
    for (let [attempt, step] = [1, first]; ; step = await this.planAgain(place, name, kept)) {
      await this.options.rateLimit.take(OPERATIONS_PER_ENTRY);
      const { own, action, liveName } = step;
      if (action === 'FAIL') {
        return { fate: 'failed', note: TAKEN_MEANWHILE };
      }
      if (action === 'SKIP') {
        return { fate: 'skipped', note: TAKEN };
      }
      const now = await this.lookAgain(place, step);
      if (now === 'CHANGED') {
        return { fate: 'failed', note: CHANGED };
      }
      if (now === 'SAME' && await this.makeRoom(place, step, kept) && await this.transfer(place, step)) {
        return action === 'KEEP_BOTH' ? { fate: 'keptBoth', note: `its place is taken; it is now '${live.pathOf(liveName)}'` } : { fate: 'moved' };
      }
      attempt += 1;
      if (attempt > MOST_ATTEMPTS) {
        return { fate: 'failed', note: 'its place was taken again and again while it was moved' };
      }
      const there = await live.lstat(name);
      if (there && this.options.judge.relate(place.path, name, own, there) === 'MERGE') {
        return { fate: 'merged' };
      }
    }
  }

  /**
   * Looks again, right before anything is done: between the first look and now were all the entries that came before. ANOTHER: the
   * step is another one by now. CHANGED: the restored entry is not as it was verified.
   */
  private async lookAgain({ path, restored, live }: Place, { name, own, there, action }: Step): Promise<'SAME' | 'ANOTHER' | 'CHANGED'> {
    const { judge, changes } = this.options;
    const displaces = action === 'REPLACE';
    if (!displaces && !changes.areAsked) {
      return 'SAME'; // it takes nothing from its place
    }
    const [ownNow, now] = await Promise.all([restored.lstat(name), displaces ? live.lstat(name) : there]);
    if (!ownNow) {
      throw vanished(restored, name); // nothing is taken from its place for it
    }
    if (changes.has(ownNow) && !(now && isSame(ownNow, now))) {
      return 'CHANGED';
    }
    return !displaces || (isSame(own, ownNow) && own.mtimeNs === ownNow.mtimeNs && judge.replaces(path, name, ownNow, now)) ? 'SAME' : 'ANOTHER';
  }

  /** Takes what has the place of an entry away, where that is to be done; false if it is there again, since it was not what was decided on. */
  private async makeRoom(place: Place, { name, own, there, action, asidePath }: Step, kept: Kept[]): Promise<boolean> {
    if (action !== 'REPLACE') {
      return true;
    }
    const { aside, trial, policy, judge, changes } = this.options;
    if (!place.tried || this.careful || Trial.isNeeded(own)) {
      changes.touch(own);
      await (typeOf(own) === 'directory' ? undefined : trial.pass(place.restored, name, own));
      place.tried = true;
    }
    const taken = await aside.keep(place.live, name, there!, asidePath!);
    if (!taken) {
      return true;
    }
    kept.push(taken);
    if (policy !== ConflictPolicy.REPLACE_IF_OLDER && typeOf(own) !== 'directory') {
      return true; // whatever it is
    }
    const now = await aside.look(taken);
    if (!now || judge.replaces(place.path, name, own, now)) {
      return true;
    }
    if (await aside.putBack(taken, place.live, name)) {
      kept.pop();
    }
    return false;
  }

  /** Moves an entry to the place that is free for it. */
  private async transfer({ restored, live }: Place, { name, own, liveName }: Step): Promise<boolean> {
    const { trial, changes } = this.options;
    if (own.nlink > 1n) {
      changes.touch(own); // its other names may come later
    }
    const move = async () => transfer(restored, name, typeOf(own), live, liveName);
    const moved = await move().catch(async (error) => {
      this.careful = true;
      if (!isErrno(error, 'EMLINK')) {
        throw error;
      }
      await trial.end(own); // the name that it was tried with is one too many
      return move();
    });
    await (moved ? trial.end(own) : undefined);
    return moved;
  }

  /** Looks once more, and writes down what comes of it. */
  private async planAgain(place: Place, name: string, kept: readonly Kept[]): Promise<Step> {
    const [own, there] = await Promise.all([place.restored.lstat(name), place.live.lstat(name)]);
    if (!own) {
      throw vanished(place.restored, name);
    }
    const step = await this.plan(place, name, own, there, kept);
    if (step.action !== 'SKIP' && step.action !== 'FAIL') {
      await this.options.journal.commit([this.lineOf(place, step)]);
    }
    return step;
  }

  /** A free name beside the one that is taken; one that an interrupted move gave it counts as free. */
  private async nameBeside({ live, names }: Place, name: string, own: BigIntStats, ask: boolean): Promise<string> {
    for (let number = 1; ; number += 1) {
      const beside = besideName(name, this.options.recoveryDirectory, number);
      const there = ask || number > 1 || names.mayHave(beside) ? await live.lstat(beside) : undefined;
      if (!there || isSame(own, there)) {
        return beside;
      }
    }
  }
}

function vanished(restored: Directory, name: string): Error {
  return Object.assign(new Error(`'${restored.pathOf(name)}' vanished`), { code: 'ENOENT' });
}
