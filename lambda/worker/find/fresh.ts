import { parseRecoveryDirectoryName, RootEntryKind, STAMP_TOLERANCE_MILLISECONDS } from '../../../src/core/recovery-directory';
import type { RestoreJobTimes } from '../../../src/core/recovery-directory';
import { fromText } from '../../fs/byte-name';
import type { Directory } from '../../fs/directory';
import { errnoOrThrow } from '../../fs/errno';
import { Few } from '../survey/few';
import { isRoots } from '../survey/gathered';
import { inOrder, surveyedNames } from '../survey/names';

/** More than one of them is one too many: these are for the error that tells them. */
const MOST_NEW = 100;
const MOST_OTHERS = 20;

/** What is new at the root of the file system since a survey, as far as it matters to a restore job. */
export interface Fresh {
  /** In their order: those that fit the job, and some of the others. */
  readonly names: string[];
  /** Those among them that cannot be the job's. */
  readonly foreign: ReadonlySet<string>;
  readonly lostAndFound: string[];
}

/**
 * Lists the root. Whoever may write to it can make any number of directories with names that fit the job: those of root come first,
 * and where there are any, no other one can be the job's. Nor can one that had its ctime before the job began: nobody can set it.
 */
export async function freshSince(root: Directory, known: readonly string[], job: RestoreJobTimes): Promise<Fresh> {
  const before = new Set(known);
  const [own, others, rest, lost] = [MOST_NEW, MOST_NEW, MOST_OTHERS, MOST_OTHERS].map((most) => new Few<string>(most, inOrder));
  const earliest = job.created - STAMP_TOLERANCE_MILLISECONDS;
  const latest = job.completed + STAMP_TOLERANCE_MILLISECONDS;
  for await (const batch of surveyedNames(root)) {
    batch.filter(({ kind }) => kind === RootEntryKind.LOST_AND_FOUND).forEach(({ name }) => lost.add(name));
    const fresh = batch.map(({ name }) => name).filter((name) => !before.has(name));
    const fits = (name: string) => {
      const parsed = parseRecoveryDirectoryName(name);
      return parsed?.kind === RootEntryKind.RECOVERY_DIRECTORY && parsed.instant >= earliest && parsed.instant <= latest;
    };
    const fitting = fresh.filter(fits);
    const stats = await root.lstatAll(fitting.map(fromText), (_, error) => errnoOrThrow(error)); // a listing over NFS has brought that
    fitting.forEach((name, index) => {
      const there = stats[index];
      if (there && isRoots(there.uid)) {
        own.add(name);
      } else if (there && Number(there.ctimeMs) >= earliest) {
        others.add(name);
      } else {
        rest.add(name);
      }
    });
    // the survey told the newest names only: those that are older than the job were there before it
    fresh.filter((name) => !fits(name) && (parseRecoveryDirectoryName(name)?.instant ?? Infinity) >= earliest).forEach((name) => rest.add(name));
  }
  const [foreign, names] = [own.count > 0 ? [...others.all, ...rest.all] : rest.all, [...own.all, ...others.all, ...rest.all]];
  return { names: names.sort(inOrder), foreign: new Set(foreign), lostAndFound: [...lost.all] };
}
