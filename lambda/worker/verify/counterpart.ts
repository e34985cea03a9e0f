import type { BigIntStats } from 'node:fs';
import type { Contents } from './contents';
import { LSTATS_AT_ONCE } from './cost';
import { differs } from './differs';
import { isReservedRootName } from '../../../src/core/reserved-root-name';
import { toText } from '../../fs/byte-name';
import type { Directory, Entry } from '../../fs/directory';
import { errnoOrThrow, isErrno } from '../../fs/errno';
import { Names } from '../../fs/names';
import { inParallel } from '../../runtime/in-parallel';

/** An entry of a restored directory, and what lstat said of it; undefined if it was not asked for, or is gone. */
export interface Restored {
  readonly entry: Entry;
  readonly stats?: BigIntStats;
}

export interface CompareOptions {
  /** Left out: contents are not compared. */
  readonly contents?: Contents;
  readonly unreadable: (path: string, note: string) => void;
}

/** What a restored entry is, compared with what is at its place. UNKNOWN: that could not be read. IGNORED: it has no place. */
export type Fate = 'SAME' | 'CHANGED' | 'MISSING' | 'UNKNOWN' | 'IGNORED';

const CONTENTS_AT_ONCE = 8;

/** True for entries at the root that a move leaves alone: they are not compared. */
const isIgnored = (directory: Directory, name: string): boolean => directory.path === '/' && isReservedRootName(toText(name));

/** The live directory at the place of a restored one. */
export class Counterpart {
  /** Lists it: on NFS this also brings what is asked of its entries later. */
  public static async list(live: Directory): Promise<Counterpart> {
    return new Counterpart(live, await Names.list(live, (name) => isIgnored(live, name)));
  }

  private readonly unmatched: Set<string>;

  private constructor(private readonly live: Directory, private readonly names: Names) {
    this.unmatched = new Set(names.known);
  }

  /** How many entries it has. */
  public get size(): number {
    return this.names.size;
  }

  /** Compares restored entries with what is at their place; undefined for those that time ran out for. */
  public async compare(directory: Directory, restored: readonly Restored[], options: CompareOptions): Promise<Array<Fate | undefined>> {
    const { contents, unreadable } = options;
    const unknown = (name: string) => (error: unknown): Fate => {
      if (isErrno(error, 'ENOENT')) {
        return 'MISSING'; // since just now
      }
      unreadable(this.live.pathOf(name), `${errnoOrThrow(error)}: not compared`);
      return 'UNKNOWN';
    };
    const fates = new Map<string, Fate>();
    const asked = restored.map(({ entry: { name } }) => name).filter((name) => !isIgnored(this.live, name) && this.names.mayHave(name));
    const answers = await this.live.lstatAll(asked, (name, error) => fates.set(name, unknown(name)(error)));
    const places = new Map(asked.map((name, index) => [name, answers[index]]));
    const there = await inParallel(restored, LSTATS_AT_ONCE, async (each) => {
      const { name } = each.entry;
      return fates.get(name) ?? this.lookAt(directory, each, places.get(name)).catch(unknown(name));
    });
    if (!contents) {
      return there.map((found) => (typeof found === 'string' ? found : 'SAME'));
    }
    // only after all the rest, and in the order of the entries: so that those before the first one that time runs out for are many
    const indices = there.map((_, index) => index);
    return inParallel(indices, CONTENTS_AT_ONCE, async (index): Promise<Fate | undefined> => {
      const [found, { entry: { name }, stats }] = [there[index], restored[index]];
      if (typeof found === 'string') {
        return found;
      }
      const equal = contents.areEqual({ directory, name, stats: stats! }, { directory: this.live, name, stats: found });
      return equal.then((same) => (same === undefined ? undefined : same ? 'SAME' : 'CHANGED'), unknown(name));
    });
  }

  /** An entry was gone through: it does not count as extra. */
  public match(name: string): void {
    this.unmatched.delete(name);
  }

  /** The first so many of its entries that were not restored; `all` tells that every restored entry was gone through here. */
  public async extras(directory: Directory, all: boolean): Promise<string[]> {
    const names = [...this.unmatched];
    const found = all ? [] : await inParallel(names, LSTATS_AT_ONCE, async (name) => directory.lstat(name).catch(errnoOrThrow));
    return names.filter((_, index) => found[index] === undefined).map((name) => this.live.pathOf(name));
  }

  /** The fate of an entry; of a regular file that differs in nothing else, what lstat says of the one at its place. */
  private async lookAt(directory: Directory, { entry: { name, type }, stats: own }: Restored, there?: BigIntStats): Promise<Fate | BigIntStats> {
    if (isIgnored(this.live, name)) {
      return 'IGNORED';
    }
    if (!there) {
      return 'MISSING';
    }
    if (!own) {
      return 'UNKNOWN'; // gone, or unreadable
    }
    if (differs(own, there)) {
      return 'CHANGED';
    }
    if (type === 'symbolicLink') {
      const [target, targetThere] = await Promise.all([directory.readlink(name), this.live.readlink(name)]);
      return target === targetThere ? 'SAME' : 'CHANGED';
    }
    return type === 'file' ? there : 'SAME';
  }
}
