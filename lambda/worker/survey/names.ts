import { classifyRootEntry, RootEntryKind } from '../../../src/core/recovery-directory';
import { toText } from '../../fs/byte-name';
import type { Directory } from '../../fs/directory';

/** The names at the root of the file system that are, or pretend to be, AWS Backup's or ours, in their order. The root may hold millions of others. */
export async function listSurveyedNames(root: Directory): Promise<string[]> {
  const names: string[] = [];
  for await (const batch of root.batches()) {
    names.push(...batch.map(({ name }) => toText(name)).filter((name) => classifyRootEntry(name) !== RootEntryKind.OTHER));
  }
  return names.sort();
}
