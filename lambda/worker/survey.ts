import { refuseInvalid } from './refuse-invalid';
import { cut } from './survey/cut';
import { lookInto } from './survey/look-into';
import { listSurveyedNames } from './survey/names';
import { classifyRootEntry, parseQuarantineName, parseRecoveryDirectoryName, RootEntryKind } from '../../src/core/recovery-directory';
import type { SurveyAnswer, SurveyedContent, SurveyedEntry, SurveyEvent, SurveyResume } from '../../src/core/worker';
import type { Directory } from '../fs/directory';
import type { Deadline } from '../runtime/deadline';

const instantOf = (name: string): number | undefined => (parseRecoveryDirectoryName(name) ?? parseQuarantineName(name))?.instant;

/** Lists what lies at the root of the file system and is, or pretends to be, AWS Backup's; where it is asked to, looks into it. */
export async function survey(root: Directory, event: SurveyEvent, deadline: Deadline): Promise<SurveyAnswer> {
  refuseInvalid(event);
  const names = await listSurveyedNames(root);
  const now = Date.now();
  const answer = (contents: Readonly<Record<string, SurveyedContent>> = {}, resume?: SurveyResume): SurveyAnswer => ({
    operation: 'survey',
    done: resume === undefined,
    entries: names.map((name) => describe(name, now, contents[name])),
    names,
    ...(resume ? { resume } : {}),
  });
  if (event.cut) {
    const { shards, resume } = await cut(root, { ...event, cut: event.cut }, deadline);
    return { ...answer({}, resume), ...(shards ? { shards } : {}) };
  }
  if (event.contents) {
    const { done, contents, current } = await lookInto(root, inOrder(names), event, deadline);
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

/** The names of the directories to look into: lost+found first, then the newest. Somebody's own are none of our business. */
function inOrder(names: readonly string[]): string[] {
  const age = (name: string) => instantOf(name) ?? Infinity;
  return names.filter((name) => classifyRootEntry(name) !== RootEntryKind.LOOKALIKE).sort((a, b) => (age(a) === age(b) ? 0 : age(b) - age(a)));
}
