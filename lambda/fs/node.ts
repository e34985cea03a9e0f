import type { TreePath } from './tree';

/**
 * A directory of a tree, by its parent and its name: with paths of 250 KiB, as a tree of 1,000 levels has them, joining all names
 * for each use would take most of the time, and keeping what was joined most of the memory.
 */
export class Node {
  /** That of the top of a tree. */
  public static top(): Node {
    return new Node(undefined, '');
  }

  public readonly depth: number;

  private constructor(public readonly parent: Node | undefined, public readonly name: string) {
    this.depth = parent === undefined ? 0 : parent.depth + 1;
  }

  /** The one at a path below this one. */
  public at(path: TreePath): Node {
    return path === '' ? this : path.split('/').reduce<Node>((node, name) => node.child(name), this);
  }

  public child(name: string): Node {
    return new Node(this, name);
  }

  /** The names on the way to it. */
  public get components(): string[] {
    const names = new Array<string>(this.depth);
    for (let node = this as Node; node.parent; node = node.parent) {
      names[node.depth - 1] = node.name;
    }
    return names;
  }

  /** Its path, for those who need it as a text. Joined anew each time, since all of them together would not fit into memory. */
  public get path(): TreePath {
    return this.components.join('/');
  }
}
