import { createHash, randomUUID } from 'node:crypto';
import { constants, lstatSync, promises as fs, readFileSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { fromBytes, toBytes, toText } from './byte-name';
import { errnoOrThrow, isErrno } from './errno';
import { inParallel } from '../runtime/in-parallel';

/** An entry of a directory. A symbolic link is never followed: its type is its own. */
export interface Entry {
  /** A byte string. */
  readonly name: string;
  readonly type: EntryType;
}

export type EntryType = 'file' | 'directory' | 'symbolicLink' | 'other';

/** open(2): the same number on every architecture that Lambda has; Node does not name it. */
const O_PATH = 0o10000000;
/* eslint-disable no-bitwise -- the flags of open(2) */
const OPEN_DIRECTORY = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** What became a FIFO since it was looked at must not make us wait for its other end. */
const READ_FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const MAKE_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** Each write is on the disk of the server when it answers, in one round trip. */
const MAKE_LOG = MAKE_FILE | constants.O_DSYNC;
/* eslint-enable no-bitwise */
const PRIVATE_FILE_MODE = 0o600;
/** The bits of a mode above these tell the type. */
const FILE_TYPE_UNIT = 0o10000;
/** S_ISVTX. */
const STICKY = 0o1000n;
/** Bytes of a file read at a time: as many as one call of NFS brings from EFS. */
const BYTES_AT_ONCE = 1024 * 1024;
/** Bytes of a file between two questions whether time is over. */
const BYTES_UNASKED = 8 * BYTES_AT_ONCE;
/** A call that takes longer went to the server, where the shortest round trip takes about that long. */
const LONGEST_CACHED_CALL_MILLISECONDS = 0.5;
const MOST_WAITS = 3;
const SLASH = Buffer.from('/');
/** Calls at once within one directory: half of the 64 slots that an NFSv4.1 session has, the rest is for the neighbours. */
const LSTATS_AT_ONCE = 32;
/** Entries read at a time: a directory may hold millions. */
export const ENTRIES_AT_ONCE = 1_000;

/**
 * The only module that touches the file system.
 *
 * A directory is held open and its children are addressed as `/proc/self/fd/<n>/<name>`, so no component of a path can be
 * swapped for a symbolic link between a check and its use: what was opened stays what it is, wherever it is renamed to. On
 * NFSv4.1 this costs no extra round trip: opened with O_PATH, a directory that a listing brought is not even asked for.
 */
export class Directory {
  /** Opens a directory by its path on this machine; the last component must not be a symbolic link. */
  public static async open(path: string): Promise<Directory> {
    return new Directory(await fs.open(path, OPEN_DIRECTORY), '');
  }

  private constructor(private readonly handle: fs.FileHandle, private readonly bytePath: string) {}

  /** The path from the root of the file system, for people; `/` for the root itself. */
  public get path(): string {
    return this.bytePath === '' ? '/' : toText(this.bytePath);
  }

  /** The name within the parent, a byte string; empty for the root. */
  public get name(): string {
    return this.bytePath.slice(this.bytePath.lastIndexOf('/') + 1);
  }

  /** The names on the way from the root of the file system to here, byte strings. */
  public get components(): string[] {
    return this.bytePath.split('/').filter((name) => name !== '');
  }

  /** The path of a child from the root of the file system, for people. */
  public pathOf(name: string): string {
    return toText(`${this.bytePath}/${name}`);
  }

  /** Opens a child directory; ENOTDIR or ELOOP if it is anything else, a symbolic link to a directory included. */
  public async openDirectory(name: string): Promise<Directory> {
    return new Directory(await fs.open(this.address(name), OPEN_DIRECTORY), `${this.bytePath}/${name}`);
  }

  public async close(): Promise<void> {
    await this.handle.close();
  }

  /** What this directory itself is. */
  public async stat(): Promise<BigIntStats> {
    return this.handle.stat({ bigint: true });
  }

  /** The mount that this directory was reached through; the kernel knows it without asking anybody. */
  public mount(): string | undefined {
    return /^mnt_id:\t(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${this.handle.fd}`, 'utf8'))?.[1];
  }

  /** Makes the kernel ask the server what this directory is like now: opening one to read it always does, on NFS. */
  public async refresh(): Promise<void> {
    await (await fs.opendir(this.address('.') as unknown as string)).close();
  }

  /** What a child is; undefined if there is none of that name. */
  public async lstat(name: string): Promise<BigIntStats | undefined> {
    try {
      return await fs.lstat(this.address(name), { bigint: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        return undefined;
      }
      throw error;
    }
  }

  /**
   * What children are, undefined for those that are gone. A listing over NFS brings what lstat(2) wants to know, and then the way
   * to a thread and back costs many times the call itself: so they are asked about right here, until answers had to be waited for.
   * `failed` is told of those that there is an error about; left out, the first error is thrown.
   */
  public async lstatAll(names: readonly string[], failed?: (name: string, error: unknown) => void): Promise<Array<BigIntStats | undefined>> {
    const found: Array<BigIntStats | undefined> = [];
    const fail = (name: string, error: unknown): undefined => {
      if (!failed) {
        throw error;
      }
      failed(name, error);
    };
    for (let waits = 0; waits < MOST_WAITS && found.length < names.length;) {
      const name = names[found.length];
      const began = performance.now();
      try {
        found.push(lstatSync(this.address(name), { bigint: true, throwIfNoEntry: false }));
      } catch (error) {
        found.push(fail(name, error));
      }
      waits += performance.now() - began > LONGEST_CACHED_CALL_MILLISECONDS ? 1 : 0;
    }
    const lookAt = async (name: string) => this.lstat(name).catch((error) => fail(name, error));
    return [...found, ...await inParallel(names.slice(found.length), LSTATS_AT_ONCE, lookAt)];
  }

  /**
   * The entries in bounded batches, as the file system gives them. Asked for in bytes: where the server does not tell the types
   * (an NFS client without READDIRPLUS), Node asks for each by its path, and it can only join one that is bytes throughout.
   * `opened` is called before anything is read. What it asks of the directory itself costs no round trip over NFS: opening it has
   * brought that, and reading it makes the kernel doubt what it knows.
   */
  public async *batches(size = ENTRIES_AT_ONCE, opened?: () => Promise<void>): AsyncGenerator<Entry[]> {
    const options = { encoding: 'buffer' as BufferEncoding, bufferSize: size };
    const entries = await fs.opendir(this.address('.') as unknown as string, options);
    let batch: Entry[] = [];
    try {
      await opened?.().catch(async (error) => {
        await entries.close();
        throw error;
      });
      for await (const entry of entries) {
        batch.push({ name: fromBytes(entry.name as unknown as Buffer), type: typeOf(entry) });
        if (batch.length === size) {
          yield batch;
          batch = [];
        }
      }
    } catch (error) {
      // an entry vanished while Node asked for its type: ENOENT would say that the directory is gone
      throw isErrno(error, 'ENOENT') && (error as NodeJS.ErrnoException).syscall === 'lstat' ? Object.assign(error as Error, { code: 'EAGAIN' }) : error;
    }
    if (batch.length > 0) {
      yield batch;
    }
  }

  public async readFile(name: string): Promise<string> {
    const handle = await fs.open(this.address(name), READ_FILE);
    try {
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  }

  /** A part of the content of a file of our own; shorter than asked for where the file ends. */
  public async readPart(name: string, position: number, length: number): Promise<Buffer> {
    const handle = await fs.open(this.address(name), READ_FILE);
    try {
      const buffer = Buffer.allocUnsafe(length);
      let filled = 0;
      for (let bytesRead = -1; filled < length && bytesRead !== 0; filled += bytesRead) {
        ({ bytesRead } = await handle.read(buffer, filled, length - filled, position + filled));
      }
      return buffer.subarray(0, filled);
    } finally {
      await handle.close();
    }
  }

  /** The SHA-256 of the content of a file, in hexadecimal digits; undefined if it had to stop before the end. */
  public async hash(name: string, mustStop: () => boolean = () => false): Promise<string | undefined> {
    const handle = await fs.open(this.address(name), READ_FILE);
    try {
      const digest = createHash('sha256');
      const buffer = Buffer.allocUnsafe(BYTES_AT_ONCE);
      for (let unasked = 0; ;) {
        const { bytesRead } = await handle.read(buffer, 0, BYTES_AT_ONCE);
        if (bytesRead === 0) {
          return digest.digest('hex');
        }
        digest.update(buffer.subarray(0, bytesRead));
        unasked += bytesRead;
        if (unasked >= BYTES_UNASKED) {
          unasked = 0;
          if (mustStop()) {
            return undefined;
          }
        }
      }
    } finally {
      await handle.close();
    }
  }

  /** Where a symbolic link points to, a byte string. */
  public async readlink(name: string): Promise<string> {
    return fromBytes(await fs.readlink(this.address(name), 'buffer'));
  }

  /** Writes a file of our own, whole or not at all: under another name first, then renamed. Answers its mtime, by the clock of the file system. */
  public async writeFile(name: string, text: string): Promise<bigint> {
    const temporary = `${name}.${randomUUID()}.tmp`; // somebody else may write the same one at the same time
    const handle = await fs.open(this.address(temporary), MAKE_FILE, PRIVATE_FILE_MODE);
    let writtenAt: bigint;
    try {
      await handle.writeFile(text);
      await handle.sync();
      ({ mtimeNs: writtenAt } = await handle.stat({ bigint: true }));
    } finally {
      await handle.close();
    }
    await fs.rename(this.address(temporary), this.address(name));
    return writtenAt;
  }

  public async mkdir(name: string, mode: number): Promise<void> {
    await fs.mkdir(this.address(name), { mode });
  }

  /** Makes an empty file of our own that is written bit by bit; EEXIST if the name is taken. */
  public async makeLog(name: string): Promise<Log> {
    return new Log(await fs.open(this.address(name), MAKE_LOG, PRIVATE_FILE_MODE));
  }

  /**
   * Clears the sticky bit of this directory. The kernel of a client lets only owners remove names from such a directory, however
   * much the server would let the client do: a function that the server takes for uid 0 is not uid 0 to its own kernel
   * (unlink(2), EPERM).
   */
  public async clearStickyBit(own: BigIntStats): Promise<void> {
    if (isSticky(own)) {
      await fs.chmod(this.address('.'), Number(own.mode % BigInt(FILE_TYPE_UNIT) - STICKY)).catch(errnoOrThrow); // whether it was needed, the next call tells
    }
  }

  /** Gives this directory the owner and mode that it had. */
  public async restoreOwnerAndMode(own: { readonly mode: number; readonly uid: number; readonly gid: number }): Promise<void> {
    const stats = await this.stat();
    if (Number(stats.uid) !== own.uid || Number(stats.gid) !== own.gid) {
      await fs.chown(this.address('.'), own.uid, own.gid);
    }
    if (Number(stats.mode) !== own.mode) {
      await fs.chmod(this.address('.'), own.mode % FILE_TYPE_UNIT);
    }
  }

  /** Makes another symbolic link like a child, with its target, owner and times (to the millisecond); EEXIST if the name is taken. */
  public async copySymbolicLink(name: string, target: Directory, targetName: string): Promise<void> {
    const stats = await fs.lstat(this.address(name));
    await fs.symlink(await fs.readlink(this.address(name), 'buffer'), target.address(targetName));
    try {
      await fs.lchown(target.address(targetName), stats.uid, stats.gid);
      await fs.lutimes(target.address(targetName), stats.atime, stats.mtime);
    } catch (error) {
      await target.unlink(targetName); // half a copy would stay for ever
      throw error;
    }
  }

  public async unlink(name: string): Promise<void> {
    await fs.unlink(this.address(name));
  }

  public async rmdir(name: string): Promise<void> {
    await fs.rmdir(this.address(name));
  }

  /** Renames a child into another directory. What is at the target is replaced, as rename(2) does: make sure of it first. */
  public async rename(name: string, target: Directory, targetName: string): Promise<void> {
    await fs.rename(this.address(name), target.address(targetName));
  }

  /** Renames a child directory; ENOTDIR if it became something else, which could replace what is at the target. */
  public async renameDirectory(name: string, target: Directory, targetName: string): Promise<void> {
    await fs.rename(Buffer.concat([this.address(name), SLASH]), target.address(targetName));
  }

  /** Gives a child that is no directory a second name; EEXIST if that name is taken, so nothing is ever overwritten. */
  public async link(name: string, target: Directory, targetName: string): Promise<void> {
    await fs.link(this.address(name), target.address(targetName));
  }

  private address(name: string): Buffer {
    if (name === '' || name === '..' || name.includes('/')) {
      throw new Error(`'${toText(name)}' is not the name of an entry`);
    }
    if (this.handle.fd < 0) {
      throw new Error(`'${this.path}' was closed`); // its number may stand for another directory by now
    }
    return toBytes(`/proc/self/fd/${this.handle.fd}/${name}`);
  }
}

/** A file of our own that is written bit by bit. */
export class Log {
  private bytes = 0;
  /** True from the beginning of a write to its end: what failed may have written a part. */
  private torn = false;

  constructor(private readonly handle: fs.FileHandle) {}

  /** How many bytes it has. */
  public get length(): number {
    return this.bytes;
  }

  /** Appends a text. It is safe on the server when this answers; of one that failed nothing stays before the next one. */
  public async append(text: string): Promise<void> {
    if (this.torn) {
      await this.handle.truncate(this.bytes);
    }
    this.torn = true;
    const bytes = Buffer.from(text, 'utf8');
    for (let written = 0; written < bytes.length;) {
      const { bytesWritten } = await this.handle.write(bytes, written, bytes.length - written, this.bytes + written);
      written += bytesWritten;
    }
    this.bytes += bytes.length;
    this.torn = false;
  }

  /** When it was written last, by the clock of the file system. */
  public async writtenAt(): Promise<bigint> {
    return (await this.stat()).mtimeNs;
  }

  public async stat(): Promise<BigIntStats> {
    return this.handle.stat({ bigint: true });
  }

  public async close(): Promise<void> {
    await this.handle.close();
  }
}

/** True for a directory that has the sticky bit. */
export const isSticky = ({ mode }: BigIntStats): boolean => (mode / STICKY) % 2n === 1n;

/** The type of what lstat or readdir describes. */
export function typeOf(what: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }): EntryType {
  if (what.isDirectory()) {
    return 'directory';
  }
  if (what.isFile()) {
    return 'file';
  }
  return what.isSymbolicLink() ? 'symbolicLink' : 'other';
}
