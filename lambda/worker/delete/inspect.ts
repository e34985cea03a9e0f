import type { Directory } from '../../fs/directory';
import { walk } from '../../fs/walk';

/** What guard 6 and the rule about leftovers must know about a tree. */
export interface Inspection {
  /** The path of an entry that was written after the reference; undefined if there is none. */
  readonly writtenLater?: string;
  /** The path of an entry that is no directory; undefined if there is none. */
  readonly leftover?: string;
}

/** From when on an entry is in use; in milliseconds since 1970-01-01T00:00:00Z. */
export interface InspectOptions {
  /** For the mtime of what is no directory: nothing that we do changes it. */
  readonly restoredUntil: number;
  /**
   * For everything else. A move changes the mtime of the directories that it takes entries from, a deletion also the ctime of the
   * other names of a file: what they did does not count as use.
   */
  readonly changedByUsUntil: number;
}

const LSTATS_AT_ONCE = 32;

/** Looks through a tree until it finds both an entry that was written later and a leftover, or its end. */
export async function inspect(directory: Directory, options: InspectOptions): Promise<Inspection> {
  let writtenLater: string | undefined;
  let leftover: string | undefined;
  await walk(directory, {
    mustStop: () => writtenLater !== undefined && leftover !== undefined,
    visit: async (current) => {
      const own = await current.stat();
      if (isLater(options.changedByUsUntil, own.mtimeMs, own.ctimeMs)) {
        writtenLater ??= current.path;
      }
      const entries = await current.list();
      const others = entries.filter(({ type }) => type !== 'directory').map(({ name }) => name);
      leftover ??= others.length > 0 ? current.pathOf(others[0]) : undefined;
      for (let start = 0; start < others.length && writtenLater === undefined; start += LSTATS_AT_ONCE) {
        const names = others.slice(start, start + LSTATS_AT_ONCE);
        const stats = await Promise.all(names.map((name) => current.lstat(name)));
        const index = stats.findIndex((found) => found
          && (isLater(options.restoredUntil, found.mtimeMs) || isLater(options.changedByUsUntil, found.ctimeMs)));
        writtenLater = index >= 0 ? current.pathOf(names[index]) : undefined;
      }
      return entries.filter(({ type }) => type === 'directory').map(({ name }) => name);
    },
  });
  return { writtenLater, leftover };
}

function isLater(reference: number, ...times: bigint[]): boolean {
  return times.some((time) => Number(time) > reference);
}
