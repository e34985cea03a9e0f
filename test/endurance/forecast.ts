import { NAME, WORK } from './perform';
import { ConflictPolicy } from '../../src/core/restore-request';
import type { MoveCounts } from '../../src/core/worker';
import type { Described } from '../helpers/temp-tree';

export type Found = Readonly<Record<string, Described>>;
export type Fate = keyof MoveCounts;

/** What a move must come to, worked out from the trees before it. */
export interface Forecast {
  readonly counts: Record<Fate, number>;
  /** For each fate the regular files, their bytes, and the entries that meet it. */
  readonly plan: Record<Fate, { files: number; bytes: number; samples: string[] }>;
  /** Where each entry is in the end, by its inode; what is kept aside is below `aside/`. */
  readonly places: Record<string, bigint>;
}

const FATES: Fate[] = ['moved', 'replaced', 'keptBoth', 'skipped', 'failed'];
const shown = (path: string) => Buffer.from(`/${path}`, 'latin1').toString('utf8');
const isReserved = (path: string) => path === WORK || path.startsWith('aws-backup-');
export const STAMP = NAME.slice('aws-backup-restore_'.length);

export function forecast(before: Found, policy: ConflictPolicy): Forecast {
  const counts = Object.fromEntries(FATES.map((fate) => [fate, 0])) as Forecast['counts'];
  const plan = Object.fromEntries(FATES.map((fate) => [fate, { files: 0, bytes: 0, samples: [] as string[] }])) as Forecast['plan'];
  const places: Record<string, bigint> = Object.fromEntries(Object.entries(before).map(([path, { stats }]) => [path, stats.ino]));

  const below = (path: string) => Object.keys(before).filter((each) => each === path || each.startsWith(`${path}/`));
  const move = (from: string, to: string) => {
    const inodes = below(from).map((path): [string, bigint] => [path, before[path].stats.ino]);
    inodes.forEach(([path]) => delete places[path]);
    return () => inodes.forEach(([path, inode]) => { places[`${to}${path.slice(from.length)}`] = inode; });
  };
  const meet = (path: string, fate: Fate) => {
    counts[fate] += 1;
    plan[fate].samples.push(shown(path));
    below(`${NAME}/${path}`).map((each) => before[each]).filter(({ type }) => type === 'file').forEach(({ content }) => {
      plan[fate].files += 1;
      plan[fate].bytes += content.length;
    });
  };
  const settle = (path: string) => {
    const [restored, own, there] = [`${NAME}/${path}`, before[`${NAME}/${path}`], before[path] as Described | undefined];
    if (isReserved(path)) {
      meet(path, 'skipped');
    } else if (!there) {
      meet(path, 'moved');
      move(restored, path)();
    } else if (own.type === 'directory' && there.type === 'directory' && policy !== ConflictPolicy.SWAP) {
      children(path).forEach(settle);
    } else {
      const older = own.type !== 'directory' && there.type !== 'directory' && there.stats.mtimeNs < own.stats.mtimeNs;
      if (policy === ConflictPolicy.REPLACE || policy === ConflictPolicy.SWAP || (policy === ConflictPolicy.REPLACE_IF_OLDER && older)) {
        meet(path, 'replaced');
        [move(path, `aside/${path}`), move(restored, path)].forEach((put) => put()); // the one gives way before the other comes
      } else if (policy === ConflictPolicy.KEEP_BOTH) {
        meet(path, 'keptBoth');
        move(restored, `${path}.restored-${STAMP}`)();
      } else {
        meet(path, policy === ConflictPolicy.FAIL ? 'failed' : 'skipped');
      }
    }
  };
  const children = (path: string) => Object.keys(before)
    .filter((each) => each.startsWith(`${NAME}/`) && each.slice(0, each.lastIndexOf('/')) === (path === '' ? NAME : `${NAME}/${path}`)).map((each) => each.slice(NAME.length + 1));
  children('').forEach(settle);
  if (policy === ConflictPolicy.FAIL && counts.failed > 0) {
    Object.keys(places).forEach((path) => delete places[path]);
    Object.entries(before).forEach(([path, { stats }]) => { places[path] = stats.ino; }); // then nothing is moved at all
  }
  return { counts, plan, places };
}

/** Where each entry is, as a forecast tells it; records, journals and the directories for what is kept aside are left out. */
export function placesOf(found: Found): Record<string, bigint> {
  const places: Record<string, bigint> = {};
  const aside = new RegExp(`^\\${WORK}/${NAME}/replaced/\\d+/`);
  for (const [path, { type, stats }] of Object.entries(found)) {
    if (!path.startsWith(WORK)) {
      places[path] = stats.ino;
    } else if (aside.test(path)) {
      const key = `aside/${path.replace(aside, '')}`;
      if (type !== 'directory' || !(key in places)) {
        places[key] = stats.ino;
      }
    }
  }
  return places;
}
