import type { BigIntStats } from 'node:fs';
import type { MoveAnswer } from '../../../src/core/worker';
import { MOST_NOTES, Notes } from '../notes';

/** Owner and mode of a directory; the mode as stat(2) tells it, with the type. */
export interface OwnerAndMode {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export const ownerAndModeOf = ({ mode, uid, gid }: BigIntStats): OwnerAndMode => ({ mode: Number(mode), uid: Number(uid), gid: Number(gid) });

const PERMISSIONS = 0o10000;
const worded = ({ mode, uid, gid }: OwnerAndMode): string => `${uid}:${gid} ${(mode % PERMISSIONS).toString(8).padStart(4, '0')}`;

export const isOther = (one: OwnerAndMode, other: OwnerAndMode): boolean => worded(one) !== worded(other);

/** What there is to be said about the directories that both sides have. */
export type MergedAnswer = Pick<MoveAnswer, 'mergedDirectories' | 'liveOnly'>;

/** Gathers what a merge leaves: the directories whose owner or mode the backup has otherwise, and how many entries are live only. */
export class Merged {
  private differing: number;
  private readonly notes: Notes;
  private liveOnly: number;

  constructor({ mergedDirectories, liveOnly = 0 }: MergedAnswer = {}, public readonly takesRestored = false) {
    this.differing = mergedDirectories?.differing ?? 0;
    this.notes = new Notes(mergedDirectories?.notes, MOST_NOTES);
    this.liveOnly = liveOnly;
  }

  public get answer(): MergedAnswer {
    return {
      ...(this.differing === 0 ? {} : { mergedDirectories: { differing: this.differing, notes: this.notes.notes } }),
      ...(this.liveOnly === 0 ? {} : { liveOnly: this.liveOnly }),
    };
  }

  /** Entries of a live directory that the restored one does not have. */
  public addLiveOnly(count: number): void {
    this.liveOnly += count;
  }

  /** Notes a directory that differs; an item is told first of all. */
  public add(path: string, restored: OwnerAndMode, live: OwnerAndMode, isItem: boolean): void {
    if (!isOther(restored, live)) {
      return;
    }
    this.differing += 1;
    const [own, backup] = [worded(live), worded(restored)];
    this.notes.add(path, this.takesRestored ? `had ${own}, and takes ${backup} of the backup` : `keeps ${own}, and had ${backup} when it was backed up`, isItem);
  }
}
