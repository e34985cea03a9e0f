import { makeOrOpenOne, openBelow } from './descend';
import type { Directory } from './directory';
import { errnoOrThrow } from './errno';
import { Node } from './node';

/** The path of a directory below the top of a tree: names joined by '/', a byte string; empty for the top itself. */
export type TreePath = string;

export const join = (path: TreePath, name: string): TreePath => (path === '' ? name : `${path}/${name}`);
export const parentOf = (path: TreePath): TreePath => path.slice(0, Math.max(0, path.lastIndexOf('/')));
export function depthOf(path: TreePath): number {
  let depth = path === '' ? 0 : 1;
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    depth += 1;
  }
  return depth;
}
export const nameOf = (path: TreePath): string => path.slice(path.lastIndexOf('/') + 1);
export const componentsOf = (path: TreePath): string[] => (path === '' ? [] : path.split('/'));

/** Lambda: 1,024 file descriptors a function ("Lambda quotas"); two trees and 64 listings at once leave half of them free. */
const MOST_OPEN = 200;
/** Of the paths that were asked for last: enough for the longest chain of directories, on the way down and up again. */
const MOST_NODES = 1_024;
const MOST_NODE_BYTES = 128 * 1024 * 1024;

export interface TreeOptions {
  /** Makes directories that are missing, with this mode. Left out: ENOENT. */
  readonly missingMode?: number;
  /** How many directories are kept open. */
  readonly mostOpen?: number;
}

/** A directory that is open, or on the way to one. */
interface Branch {
  readonly parent?: Branch;
  readonly name: string;
  readonly children: Map<string, Branch>;
  opened?: Opened;
}

interface Opened {
  readonly branch: Branch;
  readonly directory: Promise<Directory>;
  users: number;
  /** True once nobody else can come to it: the last one to use it closes it. */
  dropped?: boolean;
}

/**
 * The directories of a tree, opened by their path, component by component and following no symbolic link, and kept open for
 * those who come next: few descriptors, however deep or wide the tree is. Where a directory is, its parents tell: what it costs
 * to come to one does not depend on how long the paths are.
 */
export class Tree {
  /** In the order of their last use. */
  private readonly opened = new Set<Opened>();
  private readonly root: Branch = { name: '', children: new Map() };
  /** Where nodes are, of those that were come to lately: what was cut off is in no branch any more. */
  private readonly places = new WeakMap<Node, Branch>();

  /** Those of the paths that were asked for last. */
  private readonly nodes = new Map<TreePath, Node>();
  private nodeBytes = 0;

  constructor(private readonly top: Directory, private readonly options: TreeOptions = {}) {}

  /**
   * Runs an action on a directory; the error of open(2) if there is none: ENOENT, or ENOTDIR or ELOOP if it, or a directory on
   * the way to it, is anything else, a symbolic link included.
   */
  public async use<T>(path: TreePath | Node, action: (directory: Directory) => Promise<T>): Promise<T> {
    const node = this.nodeOf(path);
    if (node.depth === 0) {
      return action(this.top);
    }
    const opened = await this.acquire(node);
    try {
      return await action(await opened.directory);
    } finally {
      await this.release(opened);
    }
  }

  /** True if there is no directory at a path any more, whatever is still open: another client may have removed it (ESTALE). */
  public async isGone(path: TreePath | Node): Promise<boolean> {
    const { components, depth } = this.nodeOf(path);
    try {
      const directory = depth === 0 ? undefined : await openBelow(this.top, components);
      try {
        await directory?.refresh(); // the kernel may still know the name of what is gone
      } finally {
        await directory?.close();
      }
      return depth > 0 && directory === undefined;
    } catch (error) {
      return errnoOrThrow(error) === 'ESTALE'; // what it lies in is gone, too
    }
  }

  /** A directory was removed or renamed: whoever asks for its path, or for one below it, means another one. */
  public async forget(path: TreePath | Node): Promise<void> {
    const branch = this.branchOf(this.nodeOf(path));
    await (branch && this.dropAll(branch));
  }

  /** Closes all but the top. Nothing may be in use. */
  public async close(): Promise<void> {
    await this.dropAll(this.root);
  }

  private async dropAll(top: Branch): Promise<void> {
    const drops: Array<Promise<void>> = [];
    for (const branches = [top]; branches.length > 0;) {
      const branch = branches.pop()!;
      branches.push(...branch.children.values());
      drops.push(...branch.opened ? [this.drop(branch.opened)] : []);
    }
    await Promise.all(drops);
  }

  private async acquire(node: Node): Promise<Opened> {
    let { node: nearest, branch } = this.deepestBranch(node);
    for (; branch.parent && !branch.opened; branch = branch.parent) {
      nearest = nearest.parent!;
    }
    const missing = nodesBetween(nearest, node);
    let parent: Opened | undefined = branch.opened && this.take(branch.opened);
    for (let next = missing.pop(); next; next = missing.pop()) {
      const above: Opened | undefined = parent;
      try {
        const there = this.branchOf(next)?.opened; // somebody else may have opened it by now
        parent = there ? this.take(there) : await this.open(next, above);
      } finally {
        await (above && this.release(above));
      }
    }
    return parent!;
  }

  private take(opened: Opened): Opened {
    opened.users += 1;
    this.opened.delete(opened);
    this.opened.add(opened);
    return opened;
  }

  private async open(node: Node, above: Opened | undefined): Promise<Opened> {
    const branch = this.makeBranch(node);
    const opened: Opened = { branch, directory: this.openIn(above, node.name), users: 1 };
    branch.opened = opened;
    this.opened.add(opened);
    try {
      await opened.directory;
    } catch (error) {
      this.cutOff(opened);
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
    for (const opened of this.opened) {
      if (this.opened.size <= mostOpen) {
        return;
      }
      if (opened.users === 0) {
        await this.drop(opened);
      }
    }
  }

  private async drop(opened: Opened): Promise<void> {
    this.cutOff(opened);
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

  /** Nobody comes to it any more, nor to a branch that led to nothing else. */
  private cutOff(opened: Opened): void {
    this.opened.delete(opened);
    if (opened.branch.opened === opened) {
      opened.branch.opened = undefined;
    }
    for (let branch = opened.branch; branch.parent && !branch.opened && branch.children.size === 0; branch = branch.parent) {
      if (branch.parent.children.get(branch.name) === branch) {
        branch.parent.children.delete(branch.name);
      }
    }
  }

  /** The node of a path from the top: taking a long one apart costs as much as all else, and the next one is mostly at or below it. */
  private nodeOf(path: TreePath | Node): Node {
    if (typeof path !== 'string') {
      return path;
    }
    const known = this.nodes.get(path) ?? (path === '' ? Node.top() : this.nodes.get(parentOf(path))?.child(nameOf(path)));
    const node = known ?? Node.top().at(path);
    this.nodeBytes += this.nodes.delete(path) ? 0 : path.length;
    this.nodes.set(path, node);
    for (const oldest of this.nodes.keys()) {
      if (this.nodes.size <= MOST_NODES && this.nodeBytes <= MOST_NODE_BYTES) {
        break;
      }
      this.nodes.delete(oldest);
      this.nodeBytes -= oldest.length;
    }
    return node;
  }

  /** The branch of a node; undefined if nothing is open there or below. */
  private branchOf(node: Node): Branch | undefined {
    const deepest = this.deepestBranch(node);
    return deepest.node === node ? deepest.branch : undefined;
  }

  /** The deepest branch on the way to a node, and whose it is. */
  private deepestBranch(node: Node): { node: Node; branch: Branch } {
    let known = node;
    for (; !this.placeOf(known);) {
      known = known.parent!;
    }
    let branch = this.placeOf(known)!;
    for (const step of nodesBetween(known, node).reverse()) {
      const next = branch.children.get(step.name);
      if (!next) {
        break;
      }
      [known, branch] = [step, next];
      this.places.set(step, next);
    }
    return { node: known, branch };
  }

  /** The branch that a node is known to have. */
  private placeOf(node: Node): Branch | undefined {
    const branch = node.parent ? this.places.get(node) : this.root;
    return branch && (!branch.parent || branch.parent.children.get(branch.name) === branch) ? branch : undefined;
  }

  private makeBranch(node: Node): Branch {
    const there = this.branchOf(node);
    if (there) {
      return there;
    }
    const parent = this.makeBranch(node.parent!);
    const branch: Branch = { parent, name: node.name, children: new Map() };
    parent.children.set(node.name, branch);
    this.places.set(node, branch);
    return branch;
  }
}

/** The nodes from one that lies below another up to that one, which is not among them. */
function nodesBetween(above: Node, node: Node): Node[] {
  const nodes: Node[] = [];
  for (let next = node; next !== above; next = next.parent!) {
    nodes.push(next);
  }
  return nodes;
}
