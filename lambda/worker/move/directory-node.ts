import { createHash } from 'node:crypto';
import { componentsOf } from '../../fs/tree';
import type { TreePath } from '../../fs/tree';

const DIGEST_CHARACTERS = 16;

const digestBelow = (above: string, name: string): string => createHash('sha256').update(`${above}/${name}`).digest('base64url').slice(0, DIGEST_CHARACTERS);

/** Stands for a path, which may be very long. */
export const digestOf = (path: TreePath): string => componentsOf(path).reduce(digestBelow, '');

/** A directory that the lines of a journal name: with its parent and one name, so that many deep ones take little memory. */
export class DirectoryNode {
  /** The recovery directory itself. */
  public static top(): DirectoryNode {
    return new DirectoryNode('');
  }

  private readonly children = new Map<string, DirectoryNode>();
  private ownDigest?: string;

  private constructor(private readonly name: string, private readonly parent?: DirectoryNode) {}

  public get path(): TreePath {
    const names: string[] = [];
    for (let node: DirectoryNode = this; node.parent; node = node.parent) { // eslint-disable-line @typescript-eslint/no-this-alias
      names.push(node.name);
    }
    return names.reverse().join('/');
  }

  /** The same one for the same name. */
  public child(name: string): DirectoryNode {
    let child = this.children.get(name);
    if (!child) {
      child = new DirectoryNode(name, this);
      this.children.set(name, child);
    }
    return child;
  }

  public below(path: TreePath): DirectoryNode {
    return componentsOf(path).reduce((node: DirectoryNode, name) => node.child(name), this);
  }

  /** Stands for the path of an entry of it: what `digestOf` says of that. */
  public digestOf(name: string): string {
    return digestBelow(this.digest, name);
  }

  private get digest(): string {
    this.ownDigest ??= this.parent ? this.parent.digestOf(this.name) : '';
    return this.ownDigest;
  }
}
