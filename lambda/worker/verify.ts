import { Cursors } from './cursors';
import { MOST_NOTES } from './notes';
import { isOurs, NOT_OURS } from './records';
import { openRecoveryDirectory } from './recovery-directory';
import { refuseInvalid } from './refuse-invalid';
import { lostAndFoundNames } from './survey/names';
import { treePathOf } from './verify/expected';
import { foreignTo } from './verify/foreign';
import { LookThrough } from './verify/look-through';
import { NOTHING } from './verify/tally';
import { beginVerification, endVerification, passVerification } from './verify/verified';
import { WORK_DIRECTORY } from '../../src/core/contract';
import { parseRecoveryDirectoryName } from '../../src/core/recovery-directory';
import type { TreeCounts, VerifyAnswer, VerifyEvent, VerifyResume } from '../../src/core/worker';
import { existsBelow } from '../fs/descend';
import type { Directory } from '../fs/directory';
import { errnoOrThrow } from '../fs/errno';
import { componentsOf } from '../fs/tree';
import type { Deadline } from '../runtime/deadline';
import { inParallel } from '../runtime/in-parallel';

/** Each holds one descriptor at a time. */
const ITEMS_AT_ONCE = 32;

/** Checks that a recovery directory holds each requested item with its hierarchy and meets the expectations, counts it, and compares it with what is at its place. */
export async function verify(root: Directory, event: VerifyEvent, deadline: Deadline): Promise<VerifyAnswer> {
  refuseInvalid(event);
  const directory = await openRecoveryDirectory(root, event.directory);
  if (!directory) {
    return conclude(root, [`the recovery directory '${event.directory}' is not there`], { counts: NOTHING });
  }
  try {
    if (event.close && !await isOurs(root)) {
      return await conclude(root, [`'/${WORK_DIRECTORY}' ${NOT_OURS}`], { counts: NOTHING });
    }
    if (event.close && !event.previous?.resume) {
      await beginVerification(root, event.directory, directory); // before anything is looked at
    }
    const cursors = await Cursors.open(root, event.previous?.resume?.cursor);
    const look = new LookThrough(root, directory, cursors.lost ? { ...event, previous: {} } : event, deadline, cursors);
    const resume = await look.run();
    const { counts, comparison, unreadable } = look.progress;
    if (resume) {
      return { operation: 'verify', done: false, verdict: 'UNDECIDED', findings: [], ...withComparison({ counts, comparison }), lostAndFound: [], resume };
    }
    const findings = [
      ...await findingsOf(directory, event.items, counts),
      ...await foreignTo(directory, event.only ? [] : event.items ?? []),
      ...unreadable.map(({ path, note }) => `'${path}' could not be read completely: ${note}`),
      ...await look.expected.findings(directory, parseRecoveryDirectoryName(event.directory)!.instant),
    ];
    if (event.close && findings.length === 0) {
      await passVerification(root, event.directory, directory, event.items);
    } else if (event.close) {
      await endVerification(root, event.directory, directory); // no move follows: whoever looks into it by hand may
    }
    return await conclude(root, findings, { counts, comparison });
  } finally {
    await directory.close();
  }
}

const withComparison = ({ counts, comparison }: Pick<VerifyResume, 'counts' | 'comparison'>): Pick<VerifyAnswer, 'counts' | 'comparison'> =>
  (comparison ? { counts, comparison } : { counts });

async function conclude(root: Directory, findings: readonly string[], found: Pick<VerifyResume, 'counts' | 'comparison'>): Promise<VerifyAnswer> {
  const shown = findings.length > MOST_NOTES ? [...findings.slice(0, MOST_NOTES - 1), `${findings.length - MOST_NOTES + 1} more findings`] : [...findings];
  return {
    operation: 'verify',
    done: true,
    verdict: findings.length === 0 ? 'PASSED' : 'FAILED',
    findings: shown,
    ...withComparison(found),
    lostAndFound: await lostAndFoundNames(root, MOST_NOTES),
    resume: null,
  };
}

async function findingsOf(directory: Directory, items: readonly string[] | null, counts: TreeCounts): Promise<string[]> {
  if (items === null) {
    return counts.files + counts.directories + counts.symbolicLinks + counts.others > 0 ? [] : ['the recovery directory is empty'];
  }
  const found = await inParallel(items, ITEMS_AT_ONCE, (item) => existsBelow(directory, componentsOf(treePathOf(item))).catch(errnoOrThrow));
  return items.flatMap((item, index) => {
    if (found[index] === true) {
      return [];
    }
    return [found[index] === false ? `the item '${item}' was not restored; paths are case-sensitive: was it in the backup?` : `the item '${item}' could not be read: ${found[index]}`];
  });
}
