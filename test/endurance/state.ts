import { NAME, QUARANTINE, WORK } from './perform';
import { describeTree } from '../helpers/temp-tree';
import type { Described } from '../helpers/temp-tree';

/** Trees are grown with times of the past: what is newer was touched by the worker. */
const TOUCHED_SINCE = BigInt(Date.UTC(2026, 5, 1)) * 1_000_000n;

/** What survives a restore: all of it must come out the same, however often the worker was killed. */
export interface State {
  /** Live and restored: type, content, mode, owner, mtime, and which names are those of one entry. */
  readonly tree: Record<string, string>;
  /** What is kept aside, by its path below the directory of the call that did it. */
  readonly aside: Record<string, string>;
  readonly records: string[];
}

const ASIDE = new RegExp(`^\\${WORK}/${NAME}/replaced/\\d+/(.*)$`, 's');
const RECORD = new RegExp(`^\\${WORK}/${NAME}/(\\w+)\\.json$`);

/** `touched`: whether it matters which directories the worker touched. */
export function stateOf(root: string, { touched = true } = {}): State {
  const all = describeTree(root);
  const firstName = new Map<bigint, string>();
  const named = Object.keys(all).map((path): [string, bigint] => [path.replace(ASIDE, 'replaced/$1'), all[path].stats.ino]); // whichever call kept it aside
  named.sort(([a], [b]) => (a < b ? -1 : 1)).forEach(([path, ino]) => firstName.set(ino, firstName.get(ino) ?? path));
  const tree: Record<string, string> = {};
  const aside: Record<string, string> = {};
  const records: string[] = [];
  for (const path of Object.keys(all).sort()) {
    const print = printOf(all[path], firstName.get(all[path].stats.ino)!, touched);
    const [, kept] = ASIDE.exec(path) ?? [];
    const [, record] = RECORD.exec(path) ?? [];
    if (kept !== undefined) {
      Object.assign(aside, all[path].type === 'directory' ? {} : { [kept]: print }); // a directory may be one that a killed call made, and needed no more
    } else if (record !== undefined) {
      records.push(record);
    } else if (!path.startsWith(WORK)) {
      tree[path.replace(QUARANTINE, 'quarantined')] = print;
    }
  }
  return { tree, aside, records };
}

function printOf({ type, content, stats }: Described, firstName: string, touched: boolean): string {
  const { mode, uid, gid, nlink, mtimeNs } = stats;
  if (type === 'directory') {
    return [type, mode, uid, gid, ...(touched ? [mtimeNs > TOUCHED_SINCE ? 'touched' : mtimeNs] : [])].join(' ');
  }
  return [type, content, mode, uid, gid, type === 'symbolicLink' ? '' : mtimeNs, nlink, `like ${firstName}`].join(' ');
}
