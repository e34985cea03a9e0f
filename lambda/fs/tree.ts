import { makeOrOpenOne, openBelow } from './descend';
import type { Directory } from './directory';
import { errnoOrThrow } from './errno';

/** The path of a directory below the top of a tree: names joined by '/', a byte string; empty for the top itself. */
export type TreePath = string;

export const join = (path: TreePath, name: string): TreePath => (path === '' ? name : `${path}/${name}`);
export const parentOf = (path: TreePath): TreePath => path.slice(0, Math.max(0, path.lastIndexOf('/')));
export const depthOf = (path: TreePath): number => componentsOf(path).length;
export const nameOf = (path: TreePath): string => path.slice(path.lastIndexOf('/') + 1);
export const componentsOf = (path: TreePath): string[] => (path === '' ? [] : path.split('/'));

/** Lambda: 1,024 file descriptors a function ("Lambda quotas"); two trees and 64 listings at once leave half of them free. */
const MOST_OPEN = 200;

export interface TreeOptions {
  /** Makes directories that are missing, with this mode. Left out: ENOENT. */
  readonly missingMode?: number;
  /** How many directories are kept open. */
  readonly mostOpen?: number;
}

interface Opened {
  readonly directory: Promise<Directory>;
  users: number;
  /** True once nobody else can come to it: the last one to use it closes it. */
  dropped?: boolean;
}

/**
 * The directories of a tree, opened by their path, component by component and following no symbolic link, and kept open for
 * those who come next: few descriptors, however deep or wide the tree is.
 */
export class Tree {
  /** In the order of their last use. */
  private readonly opened = new Map<TreePath, Opened>();

  constructor(private readonly top: Directory, private readonly options: TreeOptions = {}) {}

  /**
   * Runs an action on a directory; the error of open(2) if there is none: ENOENT, or ENOTDIR or ELOOP if it, or a directory on
   * the way to it, is anything else, a symbolic link included.
   */
  public async use<T>(path: TreePath, action: (directory: Directory) => Promise<T>): Promise<T> {
    if (path === '') {
      return action(this.top);
    }
    const opened = await this.acquire(path);
    try {
      return await action(await opened.directory);
    } finally {
      await this.release(opened);
    }
  }

  /** True if there is no directory at a path any more, whatever is still open: another client may have removed it (ESTALE). */
  public async isGone(path: TreePath): Promise<boolean> {
    try {
      const directory = path === '' ? undefined : await openBelow(this.top, componentsOf(path));
      try {
        await directory?.refresh(); // the kernel may still know the name of what is gone
      } finally {
        await directory?.close();
      }
      return path !== '' && directory === undefined;
    } catch (error) {
      return errnoOrThrow(error) === 'ESTALE'; // what it lies in is gone, too
    }
  }

  /** A directory was removed or renamed: whoever asks for its path, or for one below it, means another one. */
  public async forget(path: TreePath): Promise<void> {
    const gone = [...this.opened.keys()].filter((key) => key === path || key.startsWith(`${path}/`));
    await Promise.all(gone.map((key) => this.drop(key)));
  }

  /** Closes all but the top. Nothing may be in use. */
  public async close(): Promise<void> {
    await Promise.all([...this.opened.keys()].map((key) => this.drop(key)));
  }

  private async acquire(path: TreePath): Promise<Opened> {
    const components = componentsOf(path);
    let length = components.length;
    while (length > 0 && !this.opened.has(components.slice(0, length).join('/'))) {
      length -= 1;
    }
    let parent: Opened | undefined = length > 0 ? this.take(components.slice(0, length).join('/')) : undefined;
    for (; length < components.length; length += 1) {
      const above: Opened | undefined = parent;
      const here = components.slice(0, length + 1).join('/');
      const name = components[length];
      try {
        parent = this.opened.has(here) ? this.take(here) : await this.open(here, name, above);
      } finally {
        await (above && this.release(above));
      }
    }
    return parent!;
  }

  private take(path: TreePath): Opened {
    const opened = this.opened.get(path)!;
    opened.users += 1;
    this.opened.delete(path);
    this.opened.set(path, opened);
    return opened;
  }

  private async open(path: TreePath, name: string, above: Opened | undefined): Promise<Opened> {
    const opened: Opened = { directory: this.openIn(above, name), users: 1 };
    this.opened.set(path, opened);
    try {
      await opened.directory;
    } catch (error) {
      if (this.opened.get(path) === opened) {
        this.opened.delete(path);
      }
      throw error;
    }
    await this.evict();
    return opened;
  }

  private async openIn(above: Opened | undefined, name: string): Promise<Directory> {
    const { missingMode } = this.options;
    const parent = await (above?.directory ?? this.top);
    return missingMode === undefined ? parent.openDirectory(name) : makeOrOpenOne(parent, name, missingMode);
  }

  private async evict(): Promise<void> {
    const { mostOpen = MOST_OPEN } = this.options;
    for (const [path, { users }] of this.opened) {
      if (this.opened.size <= mostOpen) {
        return;
      }
      if (users === 0) {
        await this.drop(path);
      }
    }
  }

  private async drop(path: TreePath): Promise<void> {
    const opened = this.opened.get(path)!;
    this.opened.delete(path);
    opened.dropped = true;
    if (opened.users === 0) {
      await (await opened.directory).close();
    }
  }

  private async release(opened: Opened): Promise<void> {
    opened.users -= 1;
    if (opened.dropped && opened.users === 0) {
      await (await opened.directory.catch(() => undefined))?.close();
    }
  }
}
