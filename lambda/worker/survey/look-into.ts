import { Content, NO_CONTENT } from './content';
import { parseQuarantineName, parseRecoveryDirectoryName } from '../../../src/core/recovery-directory';
import type { SurveyedContent, SurveyEvent, SurveyResume, TreeCounts } from '../../../src/core/worker';
import { fromText } from '../../fs/byte-name';
import { ENTRIES_AT_ONCE } from '../../fs/directory';
import type { Directory } from '../../fs/directory';
import { errnoOrThrow } from '../../fs/errno';
import { Tree } from '../../fs/tree';
import type { TreePath } from '../../fs/tree';
import { walk } from '../../fs/walk';
import type { Visit, VisitEnd } from '../../fs/walk';
import type { Deadline } from '../../runtime/deadline';
import { RateLimit } from '../../runtime/rate-limit';
import { Cursors } from '../cursors';
import { MOST_NOTES } from '../notes';
import { openOnDevice } from '../recovery-directory';
import { readUseLimits } from '../use';
import { OPERATIONS_PER_DIRECTORY } from '../verify/cost';
import { NOTHING, Tally } from '../verify/tally';

/** Together with their notes these have less than 150 KiB: they go through the state of a state machine, which holds 256 KiB. */
const MOST_CONTENTS = 100;
const MOST_NOTES_IN_ALL = 100;
/** They share the state with the contents, and with what else a survey answers. */
const LONGEST_CURSOR = 16 * 1024;
const CHANGED = 'changed while it was looked through';

/** Where to go on, if time ran out, and what was found. */
export interface Looked {
  readonly contents: SurveyResume['contents'];
  readonly current?: SurveyResume['current'];
  readonly done: boolean;
}

/** Looks into directories at the root, one after the other, until so many have told what they hold. */
export async function lookInto(root: Directory, names: readonly string[], event: SurveyEvent, deadline: Deadline): Promise<Looked> {
  const previous = event.previous?.resume ?? undefined;
  const rateLimit = new RateLimit(event.operationsPerSecond ?? undefined);
  const contents: Record<string, SurveyedContent> = { ...previous?.contents };
  const begun = previous?.current;
  let gotOn = false;
  for (const name of begun ? [begun.name, ...names.filter((other) => other !== begun.name)] : names) {
    if (contents[name] || Object.keys(contents).length >= MOST_CONTENTS) {
      continue;
    }
    if (gotOn && deadline.reached) {
      return { contents, done: false };
    }
    const top = await openOnDevice(root, fromText(name));
    if (!top) {
      continue; // a file, or a symbolic link, or it is gone by now
    }
    try {
      const notes = Object.values(contents).reduce((sum, { unreadable }) => sum + unreadable.length, 0);
      const { cursors, cursor, content } = await goOn(root, begun?.name === name ? begun : undefined);
      const parsed = parseRecoveryDirectoryName(name) ?? parseQuarantineName(name);
      const { ino } = await top.stat();
      const limits = parsed && await readUseLimits(root, parsed, ino, event.graceSeconds);
      const gathered = new Content(content, limits, Math.min(MOST_NOTES, MOST_NOTES_IN_ALL - notes));
      const end = await lookIntoOne(top, gathered, { cursor, cursors, deadline, rateLimit });
      if (end !== undefined) {
        return { contents, current: { name, cursor: end, content: gathered.content }, done: false };
      }
      contents[name] = gathered.content;
      gotOn = true;
    } finally {
      await top.close();
    }
  }
  return { contents, done: true };
}

/** Where to go on with a directory that was begun; from its beginning, where nobody knows. */
async function goOn(root: Directory, begun: SurveyResume['current']): Promise<{ cursors: Cursors; cursor?: string; content: SurveyedContent }> {
  const cursors = await Cursors.open(root, begun?.cursor);
  return { cursors, ...(begun && !cursors.lost ? { cursor: begun.cursor, content: begun.content } : { content: NO_CONTENT }) };
}

/** Gathers what one directory holds; answers the cursor to go on from, undefined once it is done. */
async function lookIntoOne(
  top: Directory,
  content: Content,
  options: { cursor?: string; cursors: Cursors; deadline: Deadline; rateLimit: RateLimit },
): Promise<string | undefined> {
  const { cursor, cursors, deadline, rateLimit } = options;
  const visit = async ({ directory, context, entries, skipped, restarted }: Visit): Promise<VisitEnd> => {
    const before = context === '' ? NOTHING : JSON.parse(context) as TreeCounts; // what earlier visits counted
    const counted = new Tally(restarted ? NOTHING : before);
    content.takeBack(restarted ? before : NOTHING);
    await rateLimit.take(OPERATIONS_PER_DIRECTORY);
    let position = skipped;
    for await (const batch of entries) {
      const unreadable = (name: string, error: unknown) => content.unreadable(directory.pathOf(name), errnoOrThrow(error));
      const stats = await directory.lstatAll(batch.map(({ name }) => name), unreadable);
      batch.forEach((entry, index) => {
        content.add(directory, entry, stats[index]);
        counted.add(entry.type, stats[index]?.size);
      });
      position += batch.length;
      if (batch.length === ENTRIES_AT_ONCE && deadline.reached) {
        return { position, context: JSON.stringify(counted.counts) };
      }
    }
    return 'DONE';
  };
  const tree = new Tree(top);
  try {
    content.addTop(top.path, await top.stat());
    const unreadable = (path: TreePath, errno: string) => content.unreadable(top.pathOf(path), errno);
    const gone = (path: TreePath) => content.unreadable(top.pathOf(path), CHANGED);
    const end = await walk(tree, { visit, unreadable, gone, mustStop: () => deadline.reached, cursor, cursors, longestCursor: LONGEST_CURSOR });
    if (end.changed !== undefined) {
      content.unreadable(top.pathOf(end.changed), CHANGED);
    }
    return end.cursor;
  } finally {
    await tree.close();
  }
}
