import { removeOldCursors } from './cursors';
import { isOurs } from './records';
import { refuseInvalid } from './refuse-invalid';
import { cut } from './survey/cut';
import { lookInto } from './survey/look-into';
import { listSurveyedNames } from './survey/names';
import { classifyRootEntry, parseQuarantineName, parseRecoveryDirectoryName, RootEntryKind } from '../../src/core/recovery-directory';
import type { SurveyAnswer, SurveyedContent, SurveyedEntry, SurveyEvent, SurveyResume } from '../../src/core/worker';
import type { Directory } from '../fs/directory';
import type { Deadline } from '../runtime/deadline';

/**
 * An answer goes through the state of a state machine, which holds 256 KiB: these entries and names take less than 80 KiB of it, what is in
 * them less than 150 KiB. Of the entries the oldest are told, since they are what is cleaned up first, of the names the newest,
 * since no other one can be what a restore job that starts now has made.
 */
const MOST_ENTRIES = 250;
const MOST_NAMES = 300;
/** Of each kind whose names have no instant: they may be as long as names can be. */
const MOST_WITHOUT_INSTANT = 20;

const instantOf = (name: string): number | undefined => (parseRecoveryDirectoryName(name) ?? parseQuarantineName(name))?.instant;

/** Lists what lies at the root of the file system and is, or pretends to be, AWS Backup's; where it is asked to, looks into it. */
export async function survey(root: Directory, event: SurveyEvent, deadline: Deadline): Promise<SurveyAnswer> {
  refuseInvalid(event);
  await root.refresh(); // a listing that the kernel remembers is up to a minute old
  const all = await listSurveyedNames(root);
  const told = oldest(all);
  const now = Date.now();
  const workDirectoryIsOurs = await isOurs(root);
  if (workDirectoryIsOurs && !event.previous?.resume) {
    await removeOldCursors(root);
  }
  const answer = (contents: Readonly<Record<string, SurveyedContent>> = {}, resume?: SurveyResume): SurveyAnswer => ({
    operation: 'survey',
    done: resume === undefined,
    entries: told.map((name) => describe(name, now, contents[name])),
    names: newest(all),
    ...omittedOf(all, told),
    workDirectoryIsOurs,
    ...(resume ? { resume } : {}),
  });
  if (event.cut) {
    const { shards, resume } = await cut(root, { ...event, cut: event.cut }, deadline);
    return { ...answer({}, resume), ...(shards ? { shards } : {}) };
  }
  if (event.contents) {
    const { done, contents, current } = await lookInto(root, inOrder(told), event, deadline);
    // until it is done the contents are in the resume: an answer has no room for them twice
    return done ? answer(contents) : answer({}, { contents, current });
  }
  return answer();
}

function describe(name: string, now: number, content: SurveyedContent | undefined): SurveyedEntry {
  const instant = instantOf(name);
  return {
    name,
    kind: classifyRootEntry(name),
    ...(instant === undefined ? {} : { instant: new Date(instant).toISOString(), ageSeconds: Math.floor((now - instant) / 1000) }),
    ...(content ? { content } : {}),
  };
}

/** The names of the directories to look into: lost+found first, then the oldest. Somebody's own are none of our business. */
function inOrder(names: readonly string[]): string[] {
  return byAge(names.filter((name) => classifyRootEntry(name) !== RootEntryKind.LOOKALIKE));
}

/** The oldest first; before them those whose names have no instant. */
function byAge(names: readonly string[]): string[] {
  const age = (name: string) => instantOf(name) ?? -Infinity;
  return [...names].sort((a, b) => (age(a) === age(b) ? 0 : age(a) - age(b)));
}

const oldest = (names: readonly string[]): string[] => few(names, (dated) => dated.slice(0, MOST_ENTRIES));
const newest = (names: readonly string[]): string[] => few(names, (dated) => dated.slice(-MOST_NAMES));

/** Those that are chosen of the names with an instant, and of each kind without one the first few; in their order. */
function few(names: readonly string[], choose: (dated: string[]) => string[]): string[] {
  const dated = new Set(choose(byAge(names.filter((name) => instantOf(name) !== undefined))));
  const counts = new Map<RootEntryKind, number>();
  return names.filter((name) => {
    if (instantOf(name) !== undefined) {
      return dated.has(name);
    }
    const kind = classifyRootEntry(name);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return counts.get(kind)! <= MOST_WITHOUT_INSTANT;
  });
}

/** How many recovery directories there are that `entries` has no room for: all of them are newer than those that it has. */
function omittedOf(all: readonly string[], told: readonly string[]): Pick<SurveyAnswer, 'omitted'> {
  const known = new Set(told);
  const left = all.filter((name) => !known.has(name) && instantOf(name) !== undefined);
  const recoveryDirectories = left.filter((name) => classifyRootEntry(name) === RootEntryKind.RECOVERY_DIRECTORY).length;
  return left.length === 0 ? {} : { omitted: { directories: left.length, recoveryDirectories } };
}
