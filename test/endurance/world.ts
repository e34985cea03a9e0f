import * as fs from 'node:fs';
import { grow, MARK } from './grow';
import { NAME, QUARANTINE, WORK } from './perform';
import type { Random } from './random';
import { isErrno } from '../../lambda/fs/errno';
import { build, bytes, clear, describeTree, fifo, fingerprint } from '../helpers/temp-tree';
import type { Tree } from '../helpers/temp-tree';

/**
 * A file system, with two trees that nobody may touch: one outside of its root, and a live one that no restore has anything to do
 * with. Both hold what a worker looks for, so whoever is led into them finds it.
 */
export class World {
  /** Where the adversary takes things to. */
  public readonly away: string;
  public readonly root: string;
  public readonly sentinels: readonly string[];
  public readonly fifo: string;

  constructor(private readonly top: string, random: Random) {
    clear(top);
    this.root = `${top}/root`;
    this.away = `${top}/away`;
    this.fifo = `${top}/fifo`;
    this.sentinels = [`${top}/outside`, `${this.root}/keep`];
    const temptations = [...this.sentinels, '../keep', '../../keep', '..'];
    const part = (label: string, at: string, entries: number) => grow(random, { label, at, entries, temptations });
    build(top, {
      outside: { ...part('o', 'outside', 15), ...bait('o') },
      root: { keep: { ...part('k', 'root/keep', 15), ...bait('k') }, ...part('l', 'root', 5 + random.below(20)), [NAME]: part('r', `root/${NAME}`, 5 + random.below(25)) },
      away: {},
      fifo,
    });
  }

  /** All that lstat tells of the sentinels and what they hold. */
  public fingerprint(): Record<string, string> {
    return Object.assign({}, ...this.sentinels.map((place) => {
      const { ino, mode, nlink, mtimeNs, ctimeNs } = fs.lstatSync(place, { bigint: true });
      const prints = Object.entries({ '.': [ino, mode, nlink, mtimeNs, ctimeNs].join(' '), ...fingerprint(place) });
      return Object.fromEntries(prints.map(([path, print]) => [`${place}/${path}`, print]));
    }));
  }

  /** Every content that a test made, wherever it is now; with `live`, only what is neither restored nor ours. */
  public contents(which: 'all' | 'live' = 'all'): string[] {
    const found = Object.entries(describeTree(this.top))
      .filter(([path, { content }]) => content.includes(MARK) && (which === 'all' || this.isLive(`${this.top}/${path}`)))
      .map(([, { content }]) => content);
    return [...new Set(found)].sort();
  }

  /** Ends the waiting of whoever reads the FIFO. */
  public wake(): void {
    try {
      fs.closeSync(fs.openSync(this.fifo, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK)); // eslint-disable-line no-bitwise -- the flags of open(2)
    } catch (error) {
      if (!isErrno(error, 'ENXIO')) { // nobody waits
        throw error;
      }
    }
  }

  /** True for a path below the root that no recovery directory, and nothing of ours, holds. */
  public isLive(place: string): boolean {
    const name = place.slice(this.root.length + 1).split('/')[0];
    return place.startsWith(`${this.root}/`) && ![NAME, QUARANTINE, WORK].includes(name) && !name.startsWith('away');
  }

  /** True for what the adversary may change: an entry at a real path below the root, and no sentinel. */
  public isOpenToChange(place: string): boolean {
    return place.startsWith(`${this.root}/`) && !`${place}/`.startsWith(`${this.sentinels[1]}/`)
      && this.isReal(place.slice(0, place.lastIndexOf('/'))) && fs.lstatSync(bytes(place), { throwIfNoEntry: false }) !== undefined;
  }

  /** True for a live place that nothing has, in a directory that is there. */
  public isFree(place: string): boolean {
    const parent = place.slice(0, place.lastIndexOf('/'));
    return this.isLive(place) && !`${place}/`.startsWith(`${this.sentinels[1]}/`)
      && this.isReal(parent) && fs.lstatSync(bytes(place), { throwIfNoEntry: false }) === undefined;
  }

  /** True for a directory that no symbolic link is on the way to. */
  public isReal(directory: string): boolean {
    try {
      return fs.realpathSync.native(bytes(directory), 'latin1') === directory;
    } catch {
      return false;
    }
  }
}

/** Records and journals, as a worker that was led astray would find them. */
function bait(label: string): Tree {
  const line = JSON.stringify({ restored: 'a', type: 'file', inode: '1', mtime: '1', aside: { path: '1/a', type: 'file', inode: '2' } });
  return { [NAME]: { 'moved.json': `{"recoveryDirectory":"${NAME}","inode":"1"}`, 'a': `${label}bait`, 'journal': { '1.jsonl': `${line}\n` }, 'replaced': { 1: { a: `${label}kept` } } } };
}
