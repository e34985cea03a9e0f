import { randomUUID } from 'node:crypto';
import type { Directory } from '../../fs/directory';
import { errnoOrThrow, isErrno } from '../../fs/errno';
import { openRecords, openRecordsIfThere, TAKEN } from '../records';

/** An entry that was taken from its place, under a name of ours. */
export interface TakenEntry {
  readonly directory: Directory;
  readonly name: string;
}

/**
 * Where an undo takes what it finds at a place, to see what it is: a directory of this very call, so rename(2) replaces nothing.
 * What is in one of a call that never answered, its name says: what stands for an entry, and a number.
 */
export class Taken {
  /** Also lists what other calls have taken, and have not put anywhere. */
  public static async open(root: Directory, recoveryDirectory: string): Promise<Taken> {
    const taken = new Taken(root, recoveryDirectory);
    await taken.list();
    return taken;
  }

  private readonly left = new Map<string, Array<{ readonly call: string; readonly name: string }>>();
  private readonly calls = new Set<string>();
  /** Those of calls, open until all is done: what is in them may be held for a while. */
  private readonly opened = new Map<string, Promise<Directory | undefined>>();
  private own?: Promise<Directory>;
  private counter = 0;

  private constructor(private readonly root: Directory, private readonly recoveryDirectory: string) {}

  /** Takes an entry; `entry` stands for the one that it should be. What it is, is to be looked at now. */
  public async take(place: Directory, name: string, entry: string): Promise<TakenEntry> {
    for (let again = false; ; again = true) {
      const own = this.own ??= this.make();
      const directory = await own;
      this.counter += 1;
      const taken = { directory, name: `${entry}.${this.counter}` };
      try {
        await place.rename(name, directory, taken.name);
        return taken;
      } catch (error) {
        errnoOrThrow(error);
        if (await directory.lstat(taken.name).catch(errnoOrThrow)) {
          return taken; // the answer of the server is what failed
        }
        if (again || (await directory.stat()).nlink > 0n) {
          throw error;
        }
        this.own = this.own === own ? undefined : this.own; // another undo, which came to its end, removed our directory
      }
    }
  }

  /** Does something with all that other calls took for an entry. */
  public async forEach(entry: string, action: (taken: TakenEntry) => Promise<void>): Promise<void> {
    const all = this.left.get(entry) ?? [];
    this.left.delete(entry); // once: it may stay where it is
    for (const { call, name } of all) {
      const opened = this.opened.get(call) ?? openRecordsIfThere(this.root, this.recoveryDirectory, [TAKEN, call]);
      this.opened.set(call, opened);
      const directory = await opened;
      await (directory && action({ directory, name }));
    }
  }

  /** The path from the root of the file system, for people. */
  public shown({ directory, name }: TakenEntry): string {
    return directory.pathOf(name);
  }

  /** Removes the directories that nothing is in; the paths of others, for people. */
  public async close(): Promise<string[]> {
    for (const opened of this.opened.values()) {
      await (await opened.catch(() => undefined))?.close(); // whoever wanted it knows by now
    }
    const calls = new Set([...this.calls, ...this.opened.keys()]);
    const taken = calls.size === 0 ? undefined : await openRecordsIfThere(this.root, this.recoveryDirectory, [TAKEN]);
    const full: string[] = [];
    try {
      for (const call of taken ? calls : []) { // what is not empty stays
        await taken!.rmdir(call).catch((error) => {
          if (!isErrno(error, 'ENOENT')) {
            errnoOrThrow(error);
            full.push(taken!.pathOf(call));
          }
        });
      }
    } finally {
      await taken?.close();
    }
    if (taken && full.length === 0) {
      const records = await openRecordsIfThere(this.root, this.recoveryDirectory);
      try {
        await records?.rmdir(TAKEN).catch(errnoOrThrow); // another undo may be at work
      } finally {
        await records?.close();
      }
    }
    return full;
  }

  private async make(): Promise<Directory> {
    const call = randomUUID();
    const made = openRecords(this.root, this.recoveryDirectory, [TAKEN, call]);
    this.opened.set(call, made);
    return made;
  }

  private async list(): Promise<void> {
    const taken = await openRecordsIfThere(this.root, this.recoveryDirectory, [TAKEN]);
    try {
      for await (const calls of taken?.batches() ?? []) {
        for (const { name: call } of calls.filter(({ type }) => type === 'directory')) {
          this.calls.add(call);
          await this.listCall(call);
        }
      }
    } finally {
      await taken?.close();
    }
  }

  private async listCall(call: string): Promise<void> {
    const directory = await openRecordsIfThere(this.root, this.recoveryDirectory, [TAKEN, call]);
    try {
      for await (const batch of directory?.batches() ?? []) {
        for (const { name } of batch) {
          const entry = name.slice(0, Math.max(0, name.lastIndexOf('.')));
          this.left.set(entry, [...this.left.get(entry) ?? [], { call, name }]);
        }
      }
    } finally {
      await directory?.close();
    }
  }
}
