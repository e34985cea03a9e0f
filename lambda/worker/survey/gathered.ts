import { Few } from './few';
import { inOrder, surveyedNames } from './names';
import { EnvironmentVariable, WORK_DIRECTORY } from '../../../src/core/contract';
import { parseQuarantineName, parseRecoveryDirectoryName, RootEntryKind, STAMP_TOLERANCE_MILLISECONDS } from '../../../src/core/recovery-directory';
import { fromText, toText } from '../../fs/byte-name';
import { openBelow } from '../../fs/descend';
import type { Directory } from '../../fs/directory';
import { errnoOrThrow } from '../../fs/errno';
import { readRecord } from '../records';

/**
 * An answer goes through the state of a state machine, which holds 256 KiB: these entries and names take less than 104 KiB of it, what is in
 * them less than 150 KiB. Of the entries the oldest are told, since they are what is cleaned up first, of the names the newest,
 * since no other one can be what a restore job that starts now has made.
 */
const MOST_ENTRIES = 250;
const MOST_NAMES = 300;
/** Of what is not root's, beside those: whoever may write to the root makes as many as he likes, so they take the place of no other. */
const MOST_FOREIGN_ENTRIES = 10;
const MOST_FOREIGN_NAMES = 40;
/** Of names from the future, the next ones: a job that takes long may come to them. */
const MOST_FUTURE_NAMES = 10;
/** Of each kind whose names have no instant: they may be as long as names can be. */
const MOST_WITHOUT_INSTANT = 20;
/** As JSON, in which a byte may become six. */
const MOST_BYTES_WITHOUT_INSTANT = 6_000;

/** What lies at the root, as far as an answer has room for it. */
export interface RootEntry {
  readonly name: string;
  readonly kind: RootEntryKind;
  /** Left out where the name has none. */
  readonly instant?: number;
  readonly uid?: number;
  /** True where a workflow of ours found it right after its restore job, whosever it is. */
  readonly onRecord?: boolean;
  /** In milliseconds since 1970-01-01T00:00:00Z. */
  readonly refusedAt?: number;
}

export const instantOf = (name: string): number | undefined => (parseRecoveryDirectoryName(name) ?? parseQuarantineName(name))?.instant;

/** True for what root owns, as the recovery directories of AWS Backup are believed to be; nobody else can give a directory to root. */
export function isRoots(uid: bigint | number): boolean {
  // where a plain directory stands for the file system, what we make ourselves is owned by the user that we run as
  return Number(uid) === 0 || (process.env[EnvironmentVariable.MOUNT_CHECK] === 'DIRECTORY' && Number(uid) === process.getuid!());
}

type Dated = RootEntry & { readonly instant: number };
const oldestFirst = (a: Dated, b: Dated): number => a.instant - b.instant || inOrder(a.name, b.name);
const newestFirst = (a: Dated, b: Dated): number => oldestFirst(b, a);

/** Gathers what lies at the root of the file system and is, or pretends to be, AWS Backup's or ours. However much that is, it keeps what it has room for. */
export class Gathered {
  public static async from(root: Directory, now: number, recordsAreOurs: boolean): Promise<Gathered> {
    const recorded = recordsAreOurs ? await recordedNames(root) : new Set<string>();
    const gathered = new Gathered(now);
    for await (const batch of surveyedNames(root)) {
      const dated = batch.map(({ name, kind }) => ({ name, kind, instant: instantOf(name) }));
      const asked = dated.filter(({ instant }) => instant !== undefined).map(({ name }) => fromText(name));
      const stats = await root.lstatAll(asked, (_, error) => errnoOrThrow(error)); // a listing over NFS has brought that
      const found = new Map(asked.map((name, index) => [toText(name), stats[index]]));
      for (const entry of dated) {
        const own = found.get(entry.name);
        const more = recorded.has(recordsOf(entry.name)) && own ? await onRecord(root, entry.name, own.ino) : {};
        gathered.add({ ...entry, ...(own ? { uid: isRoots(own.uid) ? 0 : Number(own.uid) } : {}), ...more });
      }
    }
    return gathered;
  }

  private readonly own = new Few(MOST_ENTRIES, oldestFirst);
  private readonly foreign = new Few(MOST_FOREIGN_ENTRIES, oldestFirst);
  private readonly ownNames = new Few(MOST_NAMES, newestFirst);
  private readonly foreignNames = new Few(MOST_FOREIGN_NAMES, newestFirst);
  private readonly future = { own: new Few(MOST_FUTURE_NAMES, oldestFirst), foreign: new Few(MOST_FUTURE_NAMES, oldestFirst), count: 0 };
  private readonly undated = new Map<RootEntryKind, Few<RootEntry>>();
  private recoveryDirectories = 0;

  private constructor(private readonly now: number) {}

  /** Those that are told, in the order of their names. */
  public get entries(): RootEntry[] {
    return [...this.own.all, ...this.foreign.all, ...this.withoutInstant].sort((a, b) => inOrder(a.name, b.name));
  }

  /** Those that a job which starts now may be taken to have made, if nobody knows that they were there before. */
  public get names(): string[] {
    const { own, foreign } = this.future;
    return [...this.ownNames.all, ...this.foreignNames.all, ...own.all, ...foreign.all, ...this.withoutInstant].map(({ name }) => name).sort(inOrder);
  }

  /** How many of root's own `entries` has no room for: all of them are newer than those that it has. */
  public get omitted(): { directories: number; recoveryDirectories: number } | undefined {
    const told = this.own.all.filter(({ kind }) => kind === RootEntryKind.RECOVERY_DIRECTORY).length;
    const directories = this.own.count - this.own.all.length;
    return directories === 0 ? undefined : { directories, recoveryDirectories: this.recoveryDirectories - told };
  }

  /** How many are not root's, and how many have names from the future. */
  public get counts(): { foreign?: number; future?: number } {
    return { ...(this.foreign.count > 0 ? { foreign: this.foreign.count } : {}), ...(this.future.count > 0 ? { future: this.future.count } : {}) };
  }

  private get withoutInstant(): RootEntry[] {
    return [...this.undated.values()].flatMap(({ all }) => {
      let bytes = 0;
      return all.filter(({ name }) => (bytes += Buffer.byteLength(JSON.stringify(name))) <= MOST_BYTES_WITHOUT_INSTANT);
    });
  }

  private add(entry: RootEntry): void {
    if (!isDated(entry)) {
      const few = this.undated.get(entry.kind) ?? new Few<RootEntry>(MOST_WITHOUT_INSTANT, (a, b) => inOrder(a.name, b.name));
      this.undated.set(entry.kind, few);
      few.add(entry);
      return;
    }
    const isOwn = entry.onRecord === true || (entry.uid !== undefined && isRoots(entry.uid));
    const isFuture = entry.instant > this.now + STAMP_TOLERANCE_MILLISECONDS;
    (isOwn ? this.own : this.foreign).add(entry);
    this.recoveryDirectories += isOwn && entry.kind === RootEntryKind.RECOVERY_DIRECTORY ? 1 : 0;
    this.future.count += isFuture ? 1 : 0;
    (isFuture ? this.future[isOwn ? 'own' : 'foreign'] : isOwn ? this.ownNames : this.foreignNames).add(entry);
  }
}

const isDated = (entry: RootEntry): entry is Dated => entry.instant !== undefined;

/** The name that the records about a directory have. */
const recordsOf = (name: string): string => (parseQuarantineName(name) ?? parseRecoveryDirectoryName(name))?.name ?? '';

/** The directories that anything is on record about: only root can make them. */
async function recordedNames(root: Directory): Promise<Set<string>> {
  const names = new Set<string>();
  const work = await openBelow(root, [WORK_DIRECTORY]);
  try {
    for await (const batch of work?.batches() ?? []) {
      batch.forEach(({ name }) => names.add(toText(name)));
    }
  } finally {
    await work?.close();
  }
  return names;
}

async function onRecord(root: Directory, name: string, inode: bigint): Promise<Pick<RootEntry, 'onRecord' | 'refusedAt'>> {
  const [found, refused] = [await readRecord(root, recordsOf(name), inode, 'found'), await readRecord(root, recordsOf(name), inode, 'refused')];
  return { ...(found ? { onRecord: true } : {}), ...(refused ? { refusedAt: refused.writtenAt } : {}) };
}
