import { constants, promises as fs } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { fromBytes, toBytes, toText } from './byte-name';
import { errnoOrThrow } from './errno';

/** An entry of a directory. A symbolic link is never followed: its type is its own. */
export interface Entry {
  /** A byte string. */
  readonly name: string;
  readonly type: EntryType;
}

export type EntryType = 'file' | 'directory' | 'symbolicLink' | 'other';

/* eslint-disable no-bitwise -- the flags of open(2) */
const OPEN_DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const READ_FILE = constants.O_RDONLY | constants.O_NOFOLLOW;
const MAKE_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/* eslint-enable no-bitwise */
const PRIVATE_FILE_MODE = 0o600;
/** S_ISVTX. */
const STICKY = 0o1000n;

/**
 * The only module that touches the file system.
 *
 * A directory is held open and its children are addressed as `/proc/self/fd/<n>/<name>`, so no component of a path can be
 * swapped for a symbolic link between a check and its use: what was opened stays what it is, wherever it is renamed to. On
 * NFSv4.1 this costs no extra round trip.
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
   * All entries, in the order of the bytes of their names. Asked for in bytes: where the server does not tell the types (an NFS
   * client without READDIRPLUS), Node asks for each by its path, and it can only join one that is bytes throughout.
   */
  public async list(): Promise<Entry[]> {
    const entries = await fs.readdir(this.address('.'), { withFileTypes: true, encoding: 'buffer' });
    return entries.map((entry): Entry => ({ name: fromBytes(entry.name), type: typeOf(entry) })).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  public async readFile(name: string): Promise<string> {
    const handle = await fs.open(this.address(name), READ_FILE);
    try {
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  }

  /** Writes a file of our own, whole or not at all: under another name first, then renamed. */
  public async writeFile(name: string, text: string): Promise<void> {
    const temporary = `${name}.tmp`;
    await fs.rm(this.address(temporary), { force: true });
    const handle = await fs.open(this.address(temporary), MAKE_FILE, PRIVATE_FILE_MODE);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.rename(this.address(temporary), this.address(name));
  }

  public async mkdir(name: string, mode: number): Promise<void> {
    await fs.mkdir(this.address(name), { mode });
  }

  /** Makes an empty file of our own; EEXIST if the name is taken. */
  public async makeFile(name: string): Promise<void> {
    await (await fs.open(this.address(name), MAKE_FILE, PRIVATE_FILE_MODE)).close();
  }

  /**
   * Clears the sticky bit of this directory. The kernel of a client lets only owners remove names from such a directory, however
   * much the server would let the client do: a function that the server takes for uid 0 is not uid 0 to its own kernel
   * (unlink(2), EPERM).
   */
  public async clearStickyBit(): Promise<void> {
    const { mode } = await this.stat();
    if (mode / STICKY % 2n === 1n) {
      await this.handle.chmod(Number(mode % STICKY)).catch(errnoOrThrow); // whether it was needed, the next call tells
    }
  }

  /** Makes another symbolic link like a child, with its target, owner and times; EEXIST if the name is taken. */
  public async copySymbolicLink(name: string, target: Directory, targetName: string): Promise<void> {
    const stats = await fs.lstat(this.address(name));
    await fs.symlink(await fs.readlink(this.address(name), 'buffer'), target.address(targetName));
    await fs.lchown(target.address(targetName), stats.uid, stats.gid);
    await fs.lutimes(target.address(targetName), stats.atime, stats.mtime);
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
