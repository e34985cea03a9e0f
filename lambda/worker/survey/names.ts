import { Few } from './few';
import { classifyRootEntry, RootEntryKind } from '../../../src/core/recovery-directory';
import { toText } from '../../fs/byte-name';
import type { Directory } from '../../fs/directory';

/** A name at the root of the file system that is, or pretends to be, AWS Backup's or ours. */
export interface SurveyedName {
  readonly name: string;
  readonly kind: RootEntryKind;
}

export const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Those names in batches, as the file system gives them. The root may hold millions of them, and of others, whoever made them. */
export async function *surveyedNames(root: Directory): AsyncGenerator<SurveyedName[]> {
  for await (const batch of root.batches()) {
    const names = batch.map(({ name }) => toText(name)).map((name) => ({ name, kind: classifyRootEntry(name) }))
      .filter(({ kind }) => kind !== RootEntryKind.OTHER);
    if (names.length > 0) {
      yield names;
    }
  }
}

/** The first so many names of fragments that AWS Backup could not place. */
export async function lostAndFoundNames(root: Directory, most: number): Promise<string[]> {
  const names = new Few<string>(most, inOrder);
  for await (const batch of surveyedNames(root)) {
    batch.filter(({ kind }) => kind === RootEntryKind.LOST_AND_FOUND).forEach(({ name }) => names.add(name));
  }
  return [...names.all];
}
