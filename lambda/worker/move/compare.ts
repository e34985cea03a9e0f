import { typeOf } from '../../fs/directory';
import type { Directory, Entry } from '../../fs/directory';

/**
 * What a restored entry meets at its place. FREE: nothing, or itself (a move that was interrupted between the two names of one
 * file). MERGE: both are real directories. TAKEN: something else.
 */
export interface Comparison {
  readonly relation: 'FREE' | 'MERGE' | 'TAKEN';
}

export async function compare(restored: Directory, entry: Entry, live: Directory, name = entry.name): Promise<Comparison> {
  const there = await live.lstat(name);
  if (!there) {
    return { relation: 'FREE' };
  }
  if (entry.type === 'directory') {
    return { relation: typeOf(there) === 'directory' ? 'MERGE' : 'TAKEN' };
  }
  const own = await restored.lstat(entry.name);
  // a restored entry that vanished displaces nothing: moving it fails
  return { relation: !own || (own.ino === there.ino && own.dev === there.dev) ? 'FREE' : 'TAKEN' };
}
