import { RefusalReason, refuseDeletion } from '../../src/core/deletion-guard';
import type { Refusal } from '../../src/core/deletion-guard';
import { parseRecoveryDirectoryName, quarantineNameOf } from '../../src/core/recovery-directory';
import { RecoveryDirectoryDisposal } from '../../src/core/restore-request';
import { PathRange } from '../../src/core/shard';
import type { DeleteAnswer, DeleteEvent, DeleteResume } from '../../src/core/worker';
import { fromText } from '../fs/byte-name';
import type { Directory } from '../fs/directory';
import { Tree } from '../fs/tree';
import type { Deadline } from '../runtime/deadline';
import { RateLimit } from '../runtime/rate-limit';
import { inspect } from './delete/inspect';
import type { Inspection } from './delete/inspect';
import { Inventory } from './delete/inventory';
import { removeTree } from './delete/remove-tree';
import { readRecord, removeRecords, writeRecord } from './records';
import { isQuarantined, openRecoveryDirectory } from './recovery-directory';
import { readUseLimits } from './use';
import type { UseLimits } from './use';

/** Deletes a recovery directory, or takes it out of the way, if every guard lets it. All guards are checked here, whatever the caller says. */
export async function deleteRecoveryDirectory(root: Directory, event: DeleteEvent, deadline: Deadline): Promise<DeleteAnswer> {
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
    if (parsed && !directory && await this.isGone()) {
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
      now: Date.now(),
    });
    if (!directory || !parsed || refusals.length > 0) {
      const real: Refusal[] = directory || !parsed ? [] : [{ reason: RefusalReason.NOT_A_DIRECTORY, detail: `'/${event.directory}' is not a real directory on the device of the file system's root` }];
      return this.answer('REFUSED', { refusals: [...refusals, ...real] });
    }
    if (quarantine && isQuarantined(directory, event.directory)) {
      return this.answer('QUARANTINED');
    }
    const limits = event.guardsOff?.includes(RefusalReason.IN_USE) ? undefined : await readUseLimits(root, parsed, inode, event.graceSeconds);
    const tree = new Tree(directory);
    try {
      const inspected = await this.inspect(tree, directory, inode, limits);
      if (!(inspected instanceof Inventory)) {
        return inspected;
      }
      if (quarantine) {
        return await this.quarantine(directory, inode);
      }
      await writeRecord(root, event.directory, inode, 'deleting');
      return await this.remove(tree, directory, limits, inspected);
    } finally {
      await tree.close();
    }
  }

  /** Looks through the directory, or the part of it that this worker still has to see; an answer where that ends the call. */
  private async inspect(tree: Tree, top: Directory, inode: bigint, limits: UseLimits | undefined): Promise<Inventory | DeleteAnswer> {
    const { root, event, progress } = this;
    const onlyDirectories = this.onlyDirectories;
    // the record says that all of it was looked through and every guard let its deletion begin: in an earlier call, or by another worker
    const begun = await readRecord(root, event.directory, inode, 'deleting') !== undefined;
    const inspected = begun && event.previous?.resume !== undefined && event.previous.resume !== null && progress.cursor === undefined;
    if (inspected || (!limits && !onlyDirectories)) {
      return new Inventory(); // the removal lists everything again, and leaves what was written later
    }
    const inspection = await inspect(tree, {
      top,
      device: this.device,
      limits,
      leftovers: onlyDirectories,
      range: begun ? this.range : PathRange.ALL,
      cursor: progress.cursor,
      deadline: this.deadline,
      rateLimit: this.rateLimit,
    });
    this.progress = { ...progress, cursor: inspection.cursor, inspected: progress.inspected + inspection.inspected };
    const refusals = refuseContent(inspection);
    if (refusals.length > 0) {
      return this.answer('REFUSED', { refusals });
    }
    return inspection.cursor === undefined ? inspection.inventory : this.answer('UNDECIDED');
  }

  private async quarantine(directory: Directory, inode: bigint): Promise<DeleteAnswer> {
    const { root, event } = this;
    const name = fromText(quarantineNameOf(event.directory));
    if (await root.lstat(name) !== undefined) {
      return this.answer('REFUSED', { refusals: [{ reason: RefusalReason.NAME, detail: `'${root.pathOf(name)}' is there already: delete or release it first` }] });
    }
    await writeRecord(root, event.directory, inode, 'quarantined');
    await root.rename(directory.name, root, name);
    return this.answer('QUARANTINED');
  }

  private async remove(tree: Tree, directory: Directory, limits: UseLimits | undefined, inventory: Inventory): Promise<DeleteAnswer> {
    const { root, event, device, range, deadline, rateLimit, onlyDirectories } = this;
    const options = { top: directory, parent: root, device, inventory, limits, onlyDirectories, range, deadline, rateLimit };
    const removal = await removeTree(tree, options);
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
        await removeRecords(root, event.directory);
        return this.answer('DELETED');
    }
  }

  private async isGone(): Promise<boolean> {
    const { root, event: { directory } } = this;
    return await root.lstat(fromText(directory)) === undefined && await root.lstat(fromText(quarantineNameOf(directory))) === undefined;
  }

  private get onlyDirectories(): boolean {
    return this.event.disposal !== RecoveryDirectoryDisposal.DELETE; // whatever else it is
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
    refusals.push({ reason: RefusalReason.IN_USE, detail: `'${writtenLater}' was written after the restore: somebody works in it` });
  }
  if (leftover !== undefined) {
    refusals.push({ reason: RefusalReason.NOT_EMPTY, detail: `'${leftover}' was not moved` });
  }
  if (unreadable !== undefined) {
    refusals.push({ reason: RefusalReason.UNREADABLE, detail: `'${unreadable.path}' could not be read: ${unreadable.note}` });
  }
  return refusals;
}
