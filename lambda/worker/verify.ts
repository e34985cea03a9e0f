import { openRecoveryDirectory } from './recovery-directory';
import type { TreeCounts, VerifyAnswer, VerifyEvent } from '../../src/core/worker';
import { fromText } from '../fs/byte-name';
import { existsBelow } from '../fs/descend';
import type { Directory } from '../fs/directory';
import { walk } from '../fs/walk';
import type { Deadline } from '../runtime/deadline';

const NOTHING: TreeCounts = { files: 0, directories: 0, symbolicLinks: 0, others: 0, bytes: 0 };
/** Calls in flight within one directory: half of the 64 slots that an NFSv4.1 session has, the rest is for the neighbours. */
const LSTATS_AT_ONCE = 32;

/** The answer goes through the state of the state machine, which holds 256 KiB in all. */
const MOST_FINDINGS = 20;

/** The names of the components of an item, as byte strings. */
const componentsOf = (item: string): string[] => item.split('/').filter((name) => name !== '').map(fromText);

/** Checks that a recovery directory holds each requested item with its hierarchy, and counts what it holds. */
export async function verify(root: Directory, event: VerifyEvent, deadline: Deadline): Promise<VerifyAnswer> {
  const directory = await openRecoveryDirectory(root, event.directory);
  if (!directory) {
    return { operation: 'verify', done: true, verdict: 'FAILED', findings: [`the recovery directory '${event.directory}' is not there`], counts: NOTHING, resume: null };
  }
  try {
    const resume = event.previous?.resume;
    let counts = resume?.counts ?? NOTHING;
    const end = await walk(directory, {
      cursor: resume?.cursor,
      mustStop: () => deadline.reached,
      visit: async (current, { alreadyDone }) => {
        const entries = await current.list();
        const subdirectories = entries.filter(({ type }) => type === 'directory').map(({ name }) => name);
        if (!alreadyDone) {
          const files = entries.filter(({ type }) => type === 'file').map(({ name }) => name);
          const of = (type: string) => entries.filter((entry) => entry.type === type).length;
          counts = {
            files: counts.files + files.length,
            directories: counts.directories + subdirectories.length,
            symbolicLinks: counts.symbolicLinks + of('symbolicLink'),
            others: counts.others + of('other'),
            bytes: counts.bytes + await bytesOf(current, files),
          };
        }
        return subdirectories;
      },
    });
    if (!end.done) {
      return { operation: 'verify', done: false, verdict: 'UNDECIDED', findings: [], counts, resume: { cursor: end.cursor, counts } };
    }
    const findings = await findingsOf(directory, event.items, counts);
    return { operation: 'verify', done: true, verdict: findings.length === 0 ? 'PASSED' : 'FAILED', findings, counts, resume: null };
  } finally {
    await directory.close();
  }
}

async function bytesOf(directory: Directory, files: readonly string[]): Promise<number> {
  let bytes = 0;
  for (let start = 0; start < files.length; start += LSTATS_AT_ONCE) {
    const found = await Promise.all(files.slice(start, start + LSTATS_AT_ONCE).map((name) => directory.lstat(name)));
    bytes += found.reduce((sum, stats) => sum + Number(stats?.size ?? 0n), 0);
  }
  return bytes;
}

async function findingsOf(directory: Directory, items: readonly string[] | null, counts: TreeCounts): Promise<string[]> {
  if (items === null) {
    return counts.files + counts.directories + counts.symbolicLinks + counts.others > 0 ? [] : ['the recovery directory is empty'];
  }
  const found = await Promise.all(items.map((item) => existsBelow(directory, componentsOf(item))));
  const missing = items.filter((_, index) => !found[index]);
  const named = missing.slice(0, MOST_FINDINGS).map((item) => `the item '${item}' was not restored; paths are case-sensitive: was it in the backup?`);
  return missing.length > named.length ? [...named, `${missing.length - named.length} more items were not restored`] : named;
}
