import { NO_CONTENT } from './content';
import { RestoreError } from '../../../src/core/contract';
import { describeProblem } from '../../../src/core/problem';
import { cutIntoShards, Sampler } from '../../../src/core/shard';
import type { Shard } from '../../../src/core/shard';
import type { SurveyEvent, SurveyResume } from '../../../src/core/worker';
import { cutDirectoryProblem } from '../../../src/core/worker-event';
import { ENTRIES_AT_ONCE } from '../../fs/directory';
import type { Directory } from '../../fs/directory';
import { join, Tree } from '../../fs/tree';
import { walk } from '../../fs/walk';
import type { Visit, VisitEnd } from '../../fs/walk';
import type { Deadline } from '../../runtime/deadline';
import { NamedError } from '../../runtime/named-error';
import { RateLimit } from '../../runtime/rate-limit';
import { Cursors } from '../cursors';
import { openRecoveryDirectory } from '../recovery-directory';
import { OPERATIONS_PER_DIRECTORY } from '../verify/cost';

/** Cuts a directory into shards; answers where to go on, if time ran out. */
export async function cut(root: Directory, event: SurveyEvent & Required<Pick<SurveyEvent, 'cut'>>, deadline: Deadline): Promise<{ shards?: Shard[]; resume?: SurveyResume }> {
  const { directory: name, shards } = event.cut;
  const top = await openRecoveryDirectory(root, name);
  if (!top) {
    throw new NamedError(RestoreError.INVALID_WORKER_EVENT, describeProblem(cutDirectoryProblem(name)));
  }
  const rateLimit = new RateLimit(event.operationsPerSecond ?? undefined);
  const previous = event.previous?.resume;
  const cursors = await Cursors.open(root, previous?.current?.cursor);
  const sampler = new Sampler(cursors.lost ? undefined : previous?.sample);
  const visit = async ({ path, entries, skipped }: Visit): Promise<VisitEnd> => {
    await rateLimit.take(OPERATIONS_PER_DIRECTORY);
    let position = skipped;
    for await (const batch of entries) {
      batch.forEach((entry) => sampler.add(join(path, entry.name)));
      position += batch.length;
      if (batch.length === ENTRIES_AT_ONCE && deadline.reached) {
        return position;
      }
    }
    return 'DONE';
  };
  const tree = new Tree(top);
  try {
    // what cannot be read, or is changed meanwhile, makes shards less equal, not wrong: they cover every path that there can be
    const cursor = cursors.lost ? undefined : previous?.current?.cursor;
    const end = await walk(tree, { visit, unreadable: () => undefined, mustStop: () => deadline.reached, cursor, cursors });
    return end.done ? { shards: cutIntoShards(sampler.sample, shards) }
      : { resume: { contents: {}, current: { name, cursor: end.cursor, content: NO_CONTENT }, sample: sampler.sample } };
  } finally {
    await tree.close();
    await top.close();
  }
}
