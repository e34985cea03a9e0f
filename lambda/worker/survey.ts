import { classifyRootEntry, parseRecoveryDirectoryName, RootEntryKind } from '../../src/core/recovery-directory';
import type { SurveyAnswer } from '../../src/core/worker';
import { toText } from '../fs/byte-name';
import type { Directory } from '../fs/directory';

/** Lists what lies at the root of the file system and is, or pretends to be, AWS Backup's. */
export async function survey(root: Directory): Promise<SurveyAnswer> {
  const names = (await root.list()).map(({ name }) => toText(name)).filter((name) => classifyRootEntry(name) !== RootEntryKind.OTHER);
  return {
    operation: 'survey',
    done: true,
    names,
    entries: names.map((name) => {
      const parsed = parseRecoveryDirectoryName(name);
      return { name, kind: classifyRootEntry(name), ...(parsed ? { instant: new Date(parsed.instant).toISOString() } : {}) };
    }),
  };
}
