import { WORK_DIRECTORY } from '../../src/core/contract';
import { RefusalReason, refuseDeletion } from '../../src/core/deletion-guard';
import type { Refusal } from '../../src/core/deletion-guard';
import { parseRecoveryDirectoryName, quarantineNameOf } from '../../src/core/recovery-directory';
import { RecoveryDirectoryDisposal } from '../../src/core/restore-request';
import { PathRange } from '../../src/core/shard';
import type { DeleteAnswer, DeleteEvent, DeleteResume } from '../../src/core/worker';
import { fromText } from '../fs/byte-name';
import type { Directory } from '../fs/directory';
import { errnoOrThrow, isErrno } from '../fs/errno';
import { Tree } from '../fs/tree';
import type { Deadline } from '../runtime/deadline';
import { RateLimit } from '../runtime/rate-limit';
import { inspect } from './delete/inspect';
import type { Inspection } from './delete/inspect';
import { Inventory } from './delete/inventory';
import { removeTree } from './delete/remove-tree';
import type { Removal } from './delete/remove-tree';
import { Watch } from './delete/watch';
import { shorten } from './notes';
import { isOurs, NOT_OURS, readRecord, refreshRecords, removeRecords, writeRecord } from './records';
import { isQuarantined, openRecoveryDirectory } from './recovery-directory';
import { refuseInvalid } from './refuse-invalid';
import { readUseLimits } from './use';
import type { UseLimits } from './use';

/** A deletion that was begun and given up this long ago says nothing about today: two of the longest invocations, one after the other. */
const LONGEST_BEGUN_MILLISECONDS = 2 * 900_000;

/** Deletes a recovery directory, or takes it out of the way, if every guard lets it. All guards are checked here, whatever the caller says. */
export async function deleteRecoveryDirectory(root: Directory, event: DeleteEvent, deadline: Deadline): Promise<DeleteAnswer> {
  refuseInvalid(event);
  const parsed = parseRecoveryDirectoryName(event.directory);
  const directory = parsed && await openRecoveryDirectory(root, event.directory);
  try {
    return await new Deletion(root, event, deadline, directory).run();
  } finally {
    await directory?.close();
  }
}

class Deletion {
  private readonly range: PathRange;
  private readonly rateLimit: RateLimit;
  private progress: DeleteResume;
  /** That of the root of the file system. */
  private device = 0n;

  constructor(
    private readonly root: Directory,
    private readonly event: DeleteEvent,
    private readonly deadline: Deadline,
    private readonly directory: Directory | undefined,
  ) {
    this.range = new PathRange(event.shard ?? undefined);
    this.rateLimit = new RateLimit(event.operationsPerSecond);
    this.progress = { inspected: 0, deletedEntries: 0, ...event.previous?.resume };
  }

  public async run(): Promise<DeleteAnswer> {
    const { root, event, directory } = this;
    const quarantine = event.mode === 'QUARANTINE';
    const parsed = parseRecoveryDirectoryName(event.directory);
    const notOurs: Refusal[] = await isOurs(root) ? [] : [{ reason: RefusalReason.RECORDS_NOT_OURS, detail: `'/${WORK_DIRECTORY}' ${NOT_OURS}` }];
    if (parsed && !directory && notOurs.length === 0 && await this.isGone()) {
      await removeRecords(root, event.directory);
      return this.answer('ALREADY_GONE');
    }
    const inode = (await directory?.stat())?.ino ?? 0n;
    this.device = (await root.stat()).dev;
    const refusals = refuseDeletion({
      name: event.directory,
      quarantined: directory !== undefined && isQuarantined(directory, event.directory),
      accessPointRoots: event.accessPointRoots,
      runningRestoreJobs: event.runningRestoreJobs,
      // an event is JSON: a null must not pass for a retention of 0 seconds
      retentionMilliseconds: typeof event.retentionSeconds === 'number' && event.retentionSeconds >= 0 ? event.retentionSeconds * 1000 : undefined,
      moveOnRecord: directory !== undefined && await readRecord(root, event.directory, inode, 'moved') !== undefined,
      undoneAt: directory && (await readRecord(root, event.directory, inode, 'undone'))?.writtenAt,
      now: Date.now(),
    });
    if (!directory || !parsed || refusals.length + notOurs.length > 0) {
      const real: Refusal[] = directory || !parsed ? [] : [{ reason: RefusalReason.NOT_A_DIRECTORY, detail: `'/${event.directory}' is not a real directory on the device of the file system's root` }];
      return this.answer('REFUSED', { refusals: [...refusals, ...real, ...notOurs] });
    }
    if (quarantine && isQuarantined(directory, event.directory)) {
      return this.answer('QUARANTINED');
    }
    const guardsUse = !event.guardsOff?.includes(RefusalReason.IN_USE);
    const readLimits = async () => (guardsUse ? readUseLimits(root, parsed, inode, event.graceSeconds) : undefined);
    let [begun, limits] = [await this.hasBegun(inode), await readLimits()];
    let inspected = await this.inspect(directory, limits, begun);
    if (!begun && !(inspected instanceof Inventory) && inspected.outcome === 'REFUSED' && await this.hasBegunMeanwhile(inode)) {
      // another worker began to delete while this one looked: what it did looked as if somebody worked in it
      [begun, limits] = [true, await readLimits()];
      inspected = await this.inspect(directory, limits, begun);
    }
    if (!(inspected instanceof Inventory)) {
      return inspected.outcome === 'REFUSED' && await this.isGoneMeanwhile() ? this.answer('ALREADY_GONE') : inspected;
    }
    if (quarantine) {
      return this.quarantine(directory, inode);
    }
    await writeRecord(root, event.directory, inode, 'deleting');
    return this.remove(directory, inode, limits, inspected);
  }

  /** True if all of it was looked through and every guard let its deletion begin: in an earlier call, or by another worker. */
  private async hasBegun(inode: bigint): Promise<boolean> {
    const deleting = await readRecord(this.root, this.event.directory, inode, 'deleting');
    return deleting !== undefined && Date.now() - deleting.writtenAt < LONGEST_BEGUN_MILLISECONDS;
  }

  private async hasBegunMeanwhile(inode: bigint): Promise<boolean> {
    try {
      await refreshRecords(this.root, this.event.directory);
    } catch (error) {
      errnoOrThrow(error); // what cannot be read is no reason to go on
    }
    return this.hasBegun(inode);
  }

  /** Looks through the directory, or the part of it that this worker still has to see; an answer where that ends the call. */
  private async inspect(top: Directory, limits: UseLimits | undefined, begun: boolean): Promise<Inventory | DeleteAnswer> {
    const resume = this.event.previous?.resume;
    const inspected = begun && resume !== undefined && resume !== null && this.progress.cursor === undefined;
    if (inspected || (!limits && !this.onlyDirectories)) {
      return new Inventory(); // the removal lists everything again, and leaves what was written later
    }
    const tree = new Tree(top);
    try {
      return await this.lookThrough(tree, top, limits, begun);
    } finally {
      await tree.close();
    }
  }

  private async lookThrough(tree: Tree, top: Directory, limits: UseLimits | undefined, begun: boolean): Promise<Inventory | DeleteAnswer> {
    const { progress } = this;
    const inspectedAt = progress.inspectedAt ?? Date.now();
    const inspection = await inspect(tree, {
      top,
      device: this.device,
      limits,
      leftovers: this.onlyDirectories,
      range: begun ? this.range : PathRange.ALL,
      mayVanish: begun,
      cursor: progress.cursor,
      deadline: this.deadline,
      rateLimit: this.rateLimit,
    });
    this.progress = { ...progress, cursor: inspection.cursor, inspected: progress.inspected + inspection.inspected, inspectedAt };
    const refusals = refuseContent(inspection);
    if (refusals.length > 0) {
      return this.answer('REFUSED', { refusals });
    }
    return inspection.cursor === undefined ? inspection.inventory : this.answer('UNDECIDED');
  }

  private async quarantine(directory: Directory, inode: bigint): Promise<DeleteAnswer> {
    const { root, event } = this;
    const name = fromText(quarantineNameOf(event.directory));
    const taken = () => this.refused(RefusalReason.NAME, `'${root.pathOf(name)}' is there already: delete or release it first`);
    if (await root.lstat(name) !== undefined) {
      return taken();
    }
    await writeRecord(root, event.directory, inode, 'quarantined');
    try {
      await root.rename(directory.name, root, name);
    } catch (error) {
      if (isErrno(error, 'EEXIST', 'ENOTEMPTY', 'ENOTDIR')) {
        return taken();
      }
      throw error;
    }
    await writeRecord(root, event.directory, inode, 'quarantined'); // once more: the ctime that the renaming gave the directory is ours
    return this.answer('QUARANTINED');
  }

  private async remove(directory: Directory, inode: bigint, limits: UseLimits | undefined, inventory: Inventory): Promise<DeleteAnswer> {
    const { root, event, device, range, deadline, rateLimit, onlyDirectories } = this;
    const tree = new Tree(directory); // nothing is open that was opened for the look before: all of it may be elsewhere by now
    let removal: Removal;
    try {
      const isCalledOff = async () => await readRecord(root, event.directory, inode, 'deleting') === undefined;
      const watch = await Watch.begin({ parent: root, top: directory, tree, isCalledOff });
      const { inspectedAt } = this.progress;
      const options = { top: directory, parent: root, device, inventory, limits, inspectedAt, onlyDirectories, range, deadline, rateLimit, watch };
      removal = await removeTree(tree, options);
    } finally {
      await tree.close();
    }
    this.progress = { ...this.progress, cursor: undefined, deletedEntries: this.progress.deletedEntries + removal.removed };
    if (!removal.done) {
      return this.answer('UNDECIDED', { notes: removal.notes });
    }
    switch (removal.fate) {
      case 'LEFT':
        return this.answer('INCOMPLETE', { notes: removal.notes });
      case 'OTHERS':
        return this.answer('SHARD_DELETED', { notes: removal.notes });
      default:
        await (await this.isGone() ? removeRecords(root, event.directory) : undefined); // those of one in quarantine stay
        return this.answer('DELETED');
    }
  }

  /** True if another worker, which had the same part, came to the end while this one looked. */
  private async isGoneMeanwhile(): Promise<boolean> {
    await this.root.refresh(); // what a client of NFS knows of a name is up to a minute old
    return this.isGone();
  }

  private async isGone(): Promise<boolean> {
    const { root, event: { directory } } = this;
    return await root.lstat(fromText(directory)) === undefined && await root.lstat(fromText(quarantineNameOf(directory))) === undefined;
  }

  private get onlyDirectories(): boolean {
    return this.event.disposal !== RecoveryDirectoryDisposal.DELETE; // whatever else it is
  }

  private refused(reason: RefusalReason, detail: string): DeleteAnswer {
    return this.answer('REFUSED', { refusals: [{ reason, detail }] });
  }

  private answer(outcome: DeleteAnswer['outcome'], more: Partial<DeleteAnswer> = {}): DeleteAnswer {
    const done = outcome !== 'UNDECIDED';
    return {
      operation: 'delete', done, outcome, deletedEntries: this.progress.deletedEntries, refusals: [], notes: [], ...more, ...(done ? {} : { resume: this.progress }),
    };
  }
}

function refuseContent({ writtenLater, leftover, unreadable }: Inspection): Refusal[] {
  const refusals: Refusal[] = [];
  if (writtenLater !== undefined) {
    refusals.push({ reason: RefusalReason.IN_USE, detail: `'${shorten(writtenLater)}' was written after the restore: somebody works in it` });
  }
  if (leftover !== undefined) {
    refusals.push({ reason: RefusalReason.NOT_EMPTY, detail: `'${shorten(leftover)}' was not moved` });
  }
  if (unreadable !== undefined) {
    refusals.push({ reason: RefusalReason.UNREADABLE, detail: `'${shorten(unreadable.path)}' could not be read: ${unreadable.note}` });
  }
  return refusals;
}
