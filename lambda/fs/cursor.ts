import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Node } from './node';

/** A directory that a walk has begun and not finished. */
export interface Frame {
  readonly node: Node;
  /** What `enter` said: it is for the subdirectories, too. */
  readonly context: string;
  /** What an earlier visit left for the next one. */
  readonly left?: string;
  /** The entries to leave out of the visit; left out once it is done. */
  readonly skip?: number;
  /** How many subdirectories were walked into, in the order of the listing. */
  readonly entered?: number;
  /** The ctime of the directory when these, or the entries to leave out, were counted. */
  readonly change?: string;
  /** How many visits had to begin anew. */
  readonly restarts?: number;
}

/** Keeps cursors that are too long for an answer. */
export interface CursorStore {
  /** What stands for a cursor in its place, other than any cursor; undefined where it cannot be kept. */
  write(cursor: string): Promise<string | undefined>;
  /** The cursor that something stands for; undefined if it stands for none. */
  read(reference: string): string | undefined;
  /** Nobody needs what this stands for any more. */
  remove(reference: string): Promise<void>;
}

/** The directories on the way to frames, each by the index of its parent and its name, and the frames by the index of theirs. */
interface Encoded {
  readonly nodes: Array<[number, string]>;
  readonly frames: Array<[number, Omit<Frame, 'node'>]>;
}

/** Names hold any byte but '/' and NUL, and neighbours share most of their paths: each directory on the way to them is named once. */
export function encodeCursor(frames: readonly Frame[]): string {
  const top = [...frames].map(({ node }) => topOf(node))[0];
  const indices = new Map<Node, number>([[top, 0]]);
  const nodes: Encoded['nodes'] = [];
  const indexOf = (node: Node): number => {
    const missing: Node[] = [];
    for (let next = node; !indices.has(next); next = next.parent!) {
      missing.push(next);
    }
    for (const next of missing.reverse()) {
      nodes.push([indices.get(next.parent!)!, next.name]);
      indices.set(next, nodes.length);
    }
    return indices.get(node)!;
  };
  const encoded: Encoded = { frames: frames.map(({ node, ...frame }) => [indexOf(node), frame]), nodes };
  return deflateRawSync(Buffer.from(JSON.stringify(encoded), 'utf8')).toString('base64');
}

export function decodeCursor(cursor: string): Frame[] {
  const { nodes, frames } = JSON.parse(inflateRawSync(Buffer.from(cursor, 'base64')).toString('utf8')) as Encoded;
  const made = [Node.top()];
  nodes.forEach(([parent, name]) => made.push(made[parent].child(name)));
  return frames.map(([index, frame]) => ({ node: made[index], ...frame }));
}

function topOf(node: Node): Node {
  let top = node;
  while (top.parent) {
    top = top.parent;
  }
  return top;
}
