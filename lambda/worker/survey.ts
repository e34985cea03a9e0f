import { removeOldCursors } from './cursors';
import { isOurs } from './records';
import { refuseInvalid } from './refuse-invalid';
import { cut } from './survey/cut';
import { Gathered, isRoots } from './survey/gathered';
import type { RootEntry } from './survey/gathered';
import { lookInto } from './survey/look-into';
import { toIso } from './verify/expected';
import { RootEntryKind } from '../../src/core/recovery-directory';
import type { SurveyAnswer, SurveyedContent, SurveyedEntry, SurveyEvent, SurveyResume } from '../../src/core/worker';
import type { Directory } from '../fs/directory';
import type { Deadline } from '../runtime/deadline';

/** Lists what lies at the root of the file system and is, or pretends to be, AWS Backup's; where it is asked to, looks into it. */
export async function survey(root: Directory, event: SurveyEvent, deadline: Deadline): Promise<SurveyAnswer> {
  refuseInvalid(event);
  await root.refresh(); // a listing that the kernel remembers is up to a minute old
  const now = Date.now();
  const workDirectoryIsOurs = await isOurs(root);
  const gathered = await Gathered.from(root, now, workDirectoryIsOurs);
  const { entries, names, omitted, counts } = gathered;
  if (workDirectoryIsOurs && !event.previous?.resume) {
    await removeOldCursors(root);
  }
  const answer = (contents: Readonly<Record<string, SurveyedContent>> = {}, resume?: SurveyResume): SurveyAnswer => ({
    operation: 'survey',
    done: resume === undefined,
    entries: entries.map((entry) => describe(entry, now, contents[entry.name])),
    names,
    ...(omitted ? { omitted } : {}),
    ...counts,
    workDirectoryIsOurs,
    ...(resume ? { resume } : {}),
  });
  if (event.cut) {
    const { shards, resume } = await cut(root, { ...event, cut: event.cut }, deadline);
    return { ...answer({}, resume), ...(shards ? { shards } : {}) };
  }
  if (event.contents) {
    const { done, contents, current } = await lookInto(root, byAge(entries), event, deadline);
    // until it is done the contents are in the resume: an answer has no room for them twice
    return done ? answer(contents) : answer({}, { contents, current });
  }
  return answer();
}

function describe({ name, kind, instant, uid, onRecord, refusedAt }: RootEntry, now: number, content: SurveyedContent | undefined): SurveyedEntry {
  return {
    name,
    kind,
    ...(instant === undefined ? {} : { instant: new Date(instant).toISOString(), ageSeconds: Math.floor((now - instant) / 1000) }),
    ...(uid === undefined ? {} : { uid }),
    ...(onRecord ? { onRecord } : {}),
    ...(refusedAt === undefined ? {} : { refusedAt: toIso(refusedAt) }),
    ...(content ? { content } : {}),
  };
}

/** The names of the directories to look into: lost+found first, then root's, the oldest first. Somebody's own are none of our business. */
function byAge(entries: readonly RootEntry[]): string[] {
  const age = ({ instant = -Infinity }: RootEntry) => instant;
  const looked = entries.filter(({ kind, uid, onRecord }) => kind !== RootEntryKind.LOOKALIKE && (uid === undefined || isRoots(uid) || onRecord));
  return looked.sort((a, b) => (age(a) === age(b) ? 0 : age(a) - age(b))).map(({ name }) => name);
}
