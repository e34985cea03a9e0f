import type { BigIntStats } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { close, reopen } from './close';
import { Cursors } from './cursors';
import { removeTree } from './delete/remove-tree';
import type { Removal } from './delete/remove-tree';
import { isOurs, NOT_OURS, readRecord, refreshRecords, removeRecords, writeRecord } from './records';
import { isQuarantined, openRecoveryDirectory } from './recovery-directory';
import { refuseInvalid } from './refuse-invalid';
import { isWrittenLater, readLinked, readUseLimits } from './use';
import type { UseLimits } from './use';
import { WORK_DIRECTORY } from '../../src/core/contract';
import { RefusalReason } from '../../src/core/deletion-guard';
import type { Refusal } from '../../src/core/deletion-guard';
import { parseRecoveryDirectoryName, quarantineNameOf } from '../../src/core/recovery-directory';
import type { RecoveryDirectoryName } from '../../src/core/recovery-directory';
import { RecoveryDirectoryDisposal } from '../../src/core/restore-request';
import { PathRange } from '../../src/core/shard';
import type { DeleteAnswer, DeleteEvent, DeleteResume } from '../../src/core/worker';
import { fromText } from '../fs/byte-name';
import type { Directory } from '../fs/directory';
import { errnoOrThrow } from '../fs/errno';
import { Tree } from '../fs/tree';
import type { Deadline } from '../runtime/deadline';
import { RateLimit } from '../runtime/rate-limit';
import { leaveHandover, readHandover, removeHandover } from './delete/account';
import type { Handover } from './delete/account';
import { AtWork, listAtWork } from './delete/at-work';
import { forgetGone, noteEmptied } from './delete/gone';
import { inspect } from './delete/inspect';
import { Inventory, LONGEST_KNOWN_MILLISECONDS } from './delete/inventory';
import { noteRefusal } from './delete/note-refusal';
import { quarantine } from './delete/quarantine';
import { prove, refuseByFacts, refuseContent } from './delete/refusals';
import type { Account } from './delete/sight';
import { Watch } from './delete/watch';

/** A deletion that was begun and given up this long ago says nothing about today: two of the longest invocations, one after the other. */
const LONGEST_BEGUN_MILLISECONDS = 2 * 900_000;

/** File systems tell times in steps: those of Linux in one of the kernel's clock, some in whole seconds. */
const TICK_MILLISECONDS = 12;
const LONGEST_TICK_MILLISECONDS = 1_100;

/** Deletes a recovery directory, or takes it out of the way, if every guard lets it. All guards are checked here, whatever the caller says. */
export async function deleteRecoveryDirectory(root: Directory, event: DeleteEvent, deadline: Deadline): Promise<DeleteAnswer> {
  refuseInvalid(event);
  const parsed = parseRecoveryDirectoryName(event.directory);
  const directory = parsed && await openRecoveryDirectory(root, event.directory);
  try {
    const answer = await new Deletion(root, event, deadline, directory).run();
    await noteRefusal(root, event.directory, directory, answer);
    return answer;
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
  /** When this call closed the directory, by the clock of the file system, and when looking through it began. */
  private closedAt = 0;
  private lookedAt = 0;
  /** Until when what this call looked at need not be looked at again. */
  private freshUntil?: number;
  /** What was changed last before that was not restored; in milliseconds since 1970-01-01T00:00:00Z. */
  private since?: number;
  private linked: ReadonlySet<string> = new Set();
  /** What the call before says that it did. */
  private handover?: Handover;
  private account?: Account;

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
    const parsed = parseRecoveryDirectoryName(event.directory);
    const notOurs: Refusal[] = await isOurs(root) ? [] : [{ reason: RefusalReason.RECORDS_NOT_OURS, detail: `'/${WORK_DIRECTORY}' ${NOT_OURS}` }];
    if (parsed && !directory && notOurs.length === 0 && await this.isGone()) {
      await forgetGone(root, event.directory);
      return this.answer('ALREADY_GONE');
    }
    const own = await directory?.stat();
    this.device = (await root.stat()).dev;
    const refusals = await refuseByFacts(root, event, directory, own, Date.now());
    if (!directory || !parsed || !own || refusals.length + notOurs.length > 0) {
      const real: Refusal[] = directory || !parsed ? [] : [{ reason: RefusalReason.NOT_A_DIRECTORY, detail: `'/${event.directory}' is not a real directory on the device of the file system's root` }];
      return this.answer('REFUSED', { refusals: [...refusals, ...real, ...notOurs] });
    }
    if (event.mode === 'QUARANTINE' && isQuarantined(directory, event.directory)) {
      return this.answer('QUARANTINED');
    }
    const { refusals: unproven, since } = await prove(root, event, own);
    if (unproven.length > 0) {
      return this.answer('REFUSED', { refusals: unproven });
    }
    this.since = since;
    const limits = await this.readLimits(parsed, own);
    if (limits && isWrittenLater(own, limits, true)) { // closing it hides that
      return this.answer('REFUSED', { refusals: refuseContent({ writtenLater: directory.path }) });
    }
    return this.closed(directory, own, async () => this.decide(directory, parsed, own));
  }

  private async readLimits(parsed: RecoveryDirectoryName, own: BigIntStats): Promise<UseLimits | undefined> {
    const { root, event } = this;
    return event.guardsOff?.includes(RefusalReason.IN_USE) ? undefined : readUseLimits(root, parsed, own, event.graceSeconds);
  }

  /** Does something with the directory closed. Where it is to stay, and nobody else is at work on it, it is opened again. */
  private async closed(directory: Directory, own: BigIntStats, action: () => Promise<DeleteAnswer>): Promise<DeleteAnswer> {
    const { root, event } = this;
    this.handover = await readHandover(root, event.directory, event.previous?.resume?.account);
    try {
      this.closedAt = (await close(root, event.directory, directory, 'deletion')).at;
    } catch (error) {
      return this.refused(RefusalReason.UNREADABLE, `'${directory.path}' could not be closed to others: ${errnoOrThrow(error)}`);
    }
    if (this.handover?.account.get(String(own.ino)) === String(own.ctimeNs)) { // what closing it made of that is ours
      this.handover = { ...this.handover, account: new Map([...this.handover.account, [String(own.ino), String((await directory.stat()).ctimeNs)]]) };
    }
    const answer = await action();
    await (answer.done ? removeHandover(root, event.directory, event.previous?.resume?.account) : undefined);
    const stays = ['REFUSED', 'INCOMPLETE'].includes(answer.outcome) && !isQuarantined(directory, event.directory);
    if (stays && (await listAtWork(root, event.directory)).length === 0) {
      await reopen(root, event.directory, directory, 'deletion').catch(errnoOrThrow); // it is gone, or somebody else's by now
    }
    return answer;
  }

  private async decide(directory: Directory, parsed: RecoveryDirectoryName, own: BigIntStats): Promise<DeleteAnswer> {
    const { root, event } = this;
    const late = await refuseByFacts(root, event, directory, own, Math.min(Date.now(), this.closedAt)); // the clock of the function may be wrong
    if (late.length > 0) {
      return this.answer('REFUSED', { refusals: late });
    }
    let [begun, limits] = [await this.hasBegun(own), await this.readLimits(parsed, own)];
    let inspected = await this.inspect(directory, limits, begun);
    if (!begun && !(inspected instanceof Inventory) && inspected.outcome === 'REFUSED' && await this.hasBegunMeanwhile(own)) {
      // another worker began to delete while this one looked: what it did looked as if somebody worked in it
      [begun, limits] = [true, await this.readLimits(parsed, own)];
      inspected = await this.inspect(directory, limits, begun);
    }
    if (!(inspected instanceof Inventory)) {
      return inspected.outcome === 'REFUSED' && await this.isGone() ? this.answer('ALREADY_GONE') : inspected;
    }
    if (event.mode === 'QUARANTINE') {
      const refusal = await quarantine(root, event.directory, directory, own);
      return refusal ? this.answer('REFUSED', { refusals: [refusal] }) : this.answer('QUARANTINED');
    }
    this.linked = new Set([...await readLinked(root, event.directory, own), ...inspected.linked]);
    if (inspected.linked.size > 0) {
      await writeRecord(root, event.directory, own, 'linked', { inodes: [...this.linked] });
    }
    await writeRecord(root, event.directory, own, 'deleting');
    return this.remove(directory, own, limits, inspected);
  }

  /** True if all of it was looked through and every guard let its deletion begin: in an earlier call, or by another worker. */
  private async hasBegun(own: BigIntStats): Promise<boolean> {
    const deleting = await readRecord(this.root, this.event.directory, own, 'deleting');
    return deleting !== undefined && Date.now() - deleting.writtenAt < LONGEST_BEGUN_MILLISECONDS;
  }

  private async hasBegunMeanwhile(own: BigIntStats): Promise<boolean> {
    try {
      await refreshRecords(this.root, this.event.directory);
    } catch (error) {
      errnoOrThrow(error); // what cannot be read is no reason to go on
    }
    return this.hasBegun(own);
  }

  /** Looks through the directory, or the part of it that this worker still has to see; an answer where that ends the call. */
  private async inspect(top: Directory, limits: UseLimits | undefined, begun: boolean): Promise<Inventory | DeleteAnswer> {
    const resume = this.event.previous?.resume ?? undefined;
    const { handover } = this; // without it a call came in between that never answered, and all is looked through again
    const cursor = handover && (resume?.cursor ?? undefined);
    this.lookedAt = Math.min(handover?.lookedAt ?? Infinity, this.closedAt);
    if (begun && handover && cursor === undefined) {
      this.account = handover.account;
      return new Inventory(); // the removal lists everything again, and leaves what came later
    }
    if (cursor === undefined) {
      this.lookedAt = this.closedAt;
      await wait(this.closedAt % 1_000 === 0 ? LONGEST_TICK_MILLISECONDS : TICK_MILLISECONDS); // what is changed after the look must have a later time
    }
    const token = cursor === undefined ? undefined : resume?.account;
    this.progress = { ...this.progress, cursor, account: token, ...(cursor === undefined ? { inspected: this.progress.deletedEntries } : {}) };
    if (!limits && this.since === undefined && !this.onlyDirectories) {
      return new Inventory();
    }
    const tree = new Tree(top);
    try {
      return await this.lookThrough(tree, top, limits, begun);
    } finally {
      await tree.close();
    }
  }

  private async lookThrough(tree: Tree, top: Directory, limits: UseLimits | undefined, begun: boolean): Promise<Inventory | DeleteAnswer> {
    const cursors = await Cursors.open(this.root, this.progress.cursor);
    if (cursors.lost) {
      this.progress = { inspected: 0, deletedEntries: this.progress.deletedEntries };
    }
    const { progress } = this;
    const began = performance.now();
    const inspection = await inspect(tree, {
      top,
      device: this.device,
      limits,
      since: this.since,
      leftovers: this.onlyDirectories,
      range: begun ? this.range : PathRange.ALL,
      mayVanish: begun,
      cursor: progress.cursor,
      cursors,
      deadline: this.deadline,
      rateLimit: this.rateLimit,
    });
    this.progress = { ...progress, cursor: inspection.cursor, inspected: progress.inspected + inspection.inspected, inspectedAt: this.lookedAt };
    this.freshUntil = progress.cursor === undefined ? began + LONGEST_KNOWN_MILLISECONDS : undefined;
    const refusals = refuseContent(inspection);
    if (refusals.length > 0) {
      return this.answer('REFUSED', { refusals });
    }
    if (inspection.cursor === undefined) {
      return inspection.inventory;
    }
    const { lookedAt, progress: { account } } = this;
    this.progress = { ...this.progress, account: account ?? await leaveHandover(this.root, this.event.directory, { lookedAt, account: new Map() }) };
    return this.answer('UNDECIDED');
  }

  private async remove(directory: Directory, own: BigIntStats, limits: UseLimits | undefined, inventory: Inventory): Promise<DeleteAnswer> {
    const { root, event, lookedAt } = this;
    const atWork = await AtWork.begin(root, event.directory);
    let removal: Removal;
    let account: string | undefined;
    await removeHandover(root, event.directory, event.previous?.resume?.account);
    try {
      removal = await this.removeTree(directory, own, limits, inventory);
      account = removal.account && await leaveHandover(root, event.directory, { lookedAt, account: removal.account });
    } finally {
      await atWork.end();
    }
    const deletedEntries = this.progress.deletedEntries + removal.removed;
    this.progress = { ...this.progress, cursor: undefined, inspectedAt: lookedAt, deletedEntries, account };
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

  private async removeTree(directory: Directory, own: BigIntStats, limits: UseLimits | undefined, inventory: Inventory): Promise<Removal> {
    const { root, event, device, lookedAt, freshUntil, range, deadline, rateLimit, onlyDirectories } = this;
    const tree = new Tree(directory); // nothing is open that was opened for the look before: all of it may be elsewhere by now
    try {
      const isCalledOff = async () => await readRecord(root, event.directory, own, 'deleting') === undefined;
      const seenAt = (path: string) => (path === '' ? undefined : inventory.seen(path)?.at);
      const watch = await Watch.begin({ parent: root, top: directory, tree, isCalledOff, seenAt });
      const emptied = async () => noteEmptied(root, event.directory, own);
      const known = { inventory, limits, lookedAt, freshUntil, linked: this.linked, account: this.account };
      return await removeTree(tree, { top: directory, parent: root, device, ...known, onlyDirectories, range, deadline, rateLimit, watch, emptied });
    } finally {
      await tree.close();
    }
  }

  private async isGone(): Promise<boolean> {
    const { root, event: { directory } } = this;
    await root.refresh(); // a client of NFS remembers for a minute what was not there
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
      operation: 'delete',
      done,
      outcome,
      deletedEntries: this.progress.deletedEntries,
      refusals: [],
      notes: [],
      ...more,
      ...(done ? {} : { resume: this.progress }),
    };
  }
}
