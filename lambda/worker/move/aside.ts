import type { BigIntStats } from 'node:fs';
import { isSame } from './decide';
import { putBack } from './transfer';
import { fromText } from '../../fs/byte-name';
import type { Directory } from '../../fs/directory';
import { errnoOrThrow, isErrno } from '../../fs/errno';
import { join, nameOf, parentOf, Tree } from '../../fs/tree';
import type { TreePath } from '../../fs/tree';
import { ASIDE, asidePath, openRecords, PRIVATE_MODE } from '../records';

/** A live entry that was kept aside, and where; what it is now says `look`, since another one may have had the name by then. */
export interface Kept {
  readonly path: TreePath;
}

/** EFS: the longest name (Amazon EFS User Guide, "Quotas"). */
export const LONGEST_NAME_BYTES = 255;

/** A name with something behind it, cut to the longest that there may be. */
export const suffixed = (name: string, suffix: string): string => `${name.slice(0, LONGEST_NAME_BYTES - suffix.length)}${suffix}`;

/**
 * Where live entries are kept aside: below a directory of this very call, or a further one where a place is taken from it again,
 * under the path that they had. Nobody else puts anything there, so rename(2) replaces nothing.
 */
export class Aside {
  private tree?: Promise<{ top: Directory; tree: Tree }>;
  /** The directories at the top that this call has made. */
  private readonly made = new Map<string, Promise<void>>();

  constructor(private readonly root: Directory, private readonly recoveryDirectory: string) {}

  /** The path below the directory for what is kept aside; `number` tells several of one place apart, where no name can be theirs. */
  public pathOf(call: number, live: TreePath, number: number): TreePath {
    return join(number === 1 ? String(call) : `${call}.${number}`, live);
  }

  /** The path from the root of the file system, for people. */
  public shown(path: TreePath): string {
    return `${asidePath(this.recoveryDirectory)}${this.root.pathOf(path)}`;
  }

  /** Keeps a live entry aside; undefined if it vanished in the meantime. */
  public async keep(live: Directory, name: string, there: BigIntStats, path: TreePath): Promise<Kept | undefined> {
    await this.claim(path.split('/')[0]);
    return this.use(path, async (aside) => {
      try {
        await live.rename(name, aside, nameOf(path));
      } catch (error) {
        // the answer of the server may be what failed
        const kept = await aside.lstat(nameOf(path));
        if (kept && isSame(kept, there)) {
          return { path };
        }
        if (isErrno(error, 'ENOENT')) {
          return undefined;
        }
        throw error;
      }
      return { path };
    });
  }

  /** What was kept; undefined if it is there no more. */
  public async look({ path }: Kept): Promise<BigIntStats | undefined> {
    return this.use(path, async (aside) => aside.lstat(nameOf(path)));
  }

  /** Moves a kept entry back to its place, if that is still free; true if it is there again. */
  public async putBack({ path }: Kept, live: Directory, name: string): Promise<boolean> {
    try {
      return await this.use(path, async (aside) => {
        const own = await aside.lstat(nameOf(path));
        return own !== undefined && putBack(aside, nameOf(path), own, live, name);
      });
    } catch (error) {
      errnoOrThrow(error);
      return false;
    }
  }

  public async close(): Promise<void> {
    const opened = await this.tree?.catch(() => undefined); // whoever wanted to keep something aside knows by now
    await opened?.tree.close();
    await opened?.top.close();
  }

  /**
   * Makes a directory at the top, which must not be there yet: another call that believes to have this number as well, after an undo that came in
   * between, would replace what is kept in it.
   */
  private async claim(name: string): Promise<void> {
    const { top } = await (this.tree ??= this.open());
    const made = this.made.get(name) ?? top.mkdir(name, PRIVATE_MODE);
    this.made.set(name, made);
    await made;
  }

  private async use<T>(path: TreePath, action: (directory: Directory) => Promise<T>): Promise<T> {
    const { tree } = await (this.tree ??= this.open());
    return tree.use(parentOf(path), action);
  }

  private async open(): Promise<{ top: Directory; tree: Tree }> {
    const top = await openRecords(this.root, this.recoveryDirectory, [fromText(ASIDE)]);
    return { top, tree: new Tree(top, { missingMode: PRIVATE_MODE }) };
  }
}
