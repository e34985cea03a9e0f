import { SKIPPED_AT_ROOT } from './apply';
import { decide, relate } from './decide';
import type { Action } from './decide';
import { TAKEN } from './place';
import { filesOf, sizesOf } from './summary';
import type { Summary } from './summary';
import type { Tally } from './tally';
import { isReservedRootName } from '../../../src/core/reserved-root-name';
import type { ConflictPolicy } from '../../../src/core/restore-request';
import type { MoveCounts } from '../../../src/core/worker';
import { toText } from '../../fs/byte-name';
import type { Directory } from '../../fs/directory';
import { errnoOf, isErrno } from '../../fs/errno';
import { Names } from '../../fs/names';
import { parentOf, Tree } from '../../fs/tree';
import type { TreePath } from '../../fs/tree';
import { walk } from '../../fs/walk';
import type { Visit, VisitEnd, WalkEnd } from '../../fs/walk';
import type { Deadline } from '../../runtime/deadline';

export interface PlanOptions {
  readonly root: Directory;
  readonly restored: Tree;
  readonly policy: ConflictPolicy;
  /** Counts what would be done. */
  readonly tally: Tally;
  /** Counts files and bytes, and keeps samples, for a dry run. */
  readonly summary?: Summary;
  readonly cursor?: string;
  readonly deadline: Deadline;
}

const FATES: Readonly<Record<Action, keyof MoveCounts>> = { MOVE: 'moved', REPLACE: 'replaced', KEEP_BOTH: 'keptBoth', SKIP: 'skipped', FAIL: 'failed' };
const NOTES: Partial<Record<keyof MoveCounts, string>> = { failed: TAKEN, skipped: TAKEN };

/** Looks what a move would do; moves nothing. */
export async function plan(options: PlanOptions): Promise<WalkEnd> {
  const live = new Tree(options.root);
  try {
    return await new Plan(options, live).run();
  } finally {
    await live.close();
  }
}

/** The walk's context: an empty text where both sides have the directory, else the fate of whatever is in it. */
type Context = '' | keyof MoveCounts;

class Plan {
  constructor(private readonly options: PlanOptions, private readonly live: Tree) {}

  public async run(): Promise<WalkEnd> {
    const { restored, root, tally, cursor, deadline } = this.options;
    return walk(restored, {
      visit: async (visit) => this.visit(visit),
      enter: async (parent, name, path, context) => this.enter(parent, name, path, context as Context),
      unreadable: (path, errno) => tally.add('failed', root.pathOf(path), errno),
      mustStop: () => deadline.reached,
      cursor,
    });
  }

  private async enter(parent: Directory, name: string, path: TreePath, above: Context): Promise<Context | undefined> {
    const { policy, summary } = this.options;
    if (above !== '') {
      return above;
    }
    const own = await parent.lstat(name);
    if (!own?.isDirectory()) {
      return undefined;
    }
    if (path === name && isReservedRootName(toText(name))) {
      return summary && 'skipped';
    }
    const there = await this.live.use(parentOf(path), async (directory) => directory.lstat(name)).catch((error) => {
      if (errnoOf(error) === undefined) {
        throw error;
      }
      return undefined; // the visit of the parent has told it
    });
    return relate(own, there) === 'MERGE' ? '' : summary && FATES[decide(policy, own, there)];
  }

  private async visit(visit: Visit): Promise<VisitEnd> {
    const { root, tally } = this.options;
    if (visit.context !== '') {
      return this.count(visit, visit.context as keyof MoveCounts);
    }
    try {
      return await this.live.use(visit.path, async (live) => this.compare(visit, live));
    } catch (error) {
      if (errnoOf(error) === undefined) {
        throw error;
      }
      tally.add('failed', root.pathOf(visit.path), isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP') ? TAKEN : errnoOf(error)!);
      return 'DONE';
    }
  }

  /** Counts what is below a directory that meets one fate as a whole. */
  private async count({ directory, entries, skipped }: Visit, fate: keyof MoveCounts): Promise<VisitEnd> {
    let position = skipped;
    for await (const batch of entries) {
      this.options.summary!.add(fate, await filesOf(directory, batch));
      position += batch.length;
      if (this.options.deadline.reached) {
        return position;
      }
    }
    return 'DONE';
  }

  /** Decides about the entries of a directory that both sides have. */
  private async compare({ directory, path, entries, skipped }: Visit, live: Directory): Promise<VisitEnd> {
    const { tally, policy, summary, deadline } = this.options;
    const names = await Names.list(live);
    let position = skipped;
    for await (const batch of entries) {
      const found = batch.map(({ name }) => name);
      const own = await directory.lstatAll(found);
      const asked = found.filter((name) => names.mayHave(name));
      const answers = await live.lstatAll(asked);
      const places = new Map(asked.map((name, index) => [name, answers[index]]));
      found.forEach((name, index) => {
        const [stats, there] = [own[index], places.get(name)];
        const shown = live.pathOf(name);
        if (path === '' && isReservedRootName(toText(name))) {
          tally.add('skipped', shown, SKIPPED_AT_ROOT);
          summary?.add('skipped', sizesOf(stats ? [stats] : []), shown);
        } else if (stats && relate(stats, there) !== 'MERGE') {
          const fate = FATES[decide(policy, stats, there)];
          tally.add(fate, shown, NOTES[fate]);
          summary?.add(fate, sizesOf([stats]), shown);
        }
      });
      position += batch.length;
      if (deadline.reached) {
        return position;
      }
    }
    return 'DONE';
  }
}
