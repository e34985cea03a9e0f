import type { RestoreExpectation } from '../../../src/core/expectation';
import type { VerifyResume } from '../../../src/core/worker';
import { fromText } from '../../fs/byte-name';
import { existsBelow, openBelow } from '../../fs/descend';
import type { Directory } from '../../fs/directory';
import { errnoOrThrow } from '../../fs/errno';
import { componentsOf, parentOf } from '../../fs/tree';
import type { TreePath } from '../../fs/tree';

interface Found {
  files: number;
  newest?: number;
  content?: string;
}

/** The furthest from 1970 that a date may be, in milliseconds; a file may be dated further. */
const LAST_DATE = 8.64e15;
export const toIso = (milliseconds: number): string => new Date(Math.min(LAST_DATE, Math.max(-LAST_DATE, milliseconds))).toISOString();

/** The path of an item or an expectation, from the top of the restored tree. */
export const treePathOf = (path: string): TreePath => fromText(path.split('/').filter((name) => name !== '').join('/'));

const isSha256 = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

/** Gathers what expectations are about, and tells which of them are not met. */
export class Expected {
  private readonly found: Found[];
  private readonly paths: TreePath[];

  constructor(private readonly expectations: readonly RestoreExpectation[], previous: VerifyResume['expected']) {
    this.found = expectations.map((_, index) => ({ files: 0, ...previous?.[index] }));
    this.paths = expectations.map(({ path }) => treePathOf(path));
  }

  public get progress(): NonNullable<VerifyResume['expected']> {
    return this.found.map((found) => ({ ...found }));
  }

  /** Takes back how many files a directory has, which is about to be counted again; the newest one stays, since it was seen. */
  public takeBack(counted: readonly number[]): void {
    counted.forEach((files, index) => {
      this.found[index].files -= files ?? 0;
    });
  }

  /** What gathers the regular files of a directory, for the expectations that they matter to; `counted` has how many for each. */
  public of(directory: TreePath, counted: number[] = []): (name: string, mtime: number) => void {
    const indices = this.paths.map((_, index) => index);
    const throughout = indices.filter((index) => this.paths[index] === '' || directory === this.paths[index] || directory.startsWith(`${this.paths[index]}/`));
    const byName = indices.filter((index) => this.paths[index] !== '' && parentOf(this.paths[index]) === directory);
    return (name, mtime) => {
      const matching = byName.filter((index) => componentsOf(this.paths[index]).pop() === name);
      for (const index of [...throughout, ...matching]) {
        const found = this.found[index];
        counted[index] = (counted[index] ?? 0) + 1;
        found.files += 1;
        found.newest = Math.max(found.newest ?? mtime, mtime);
      }
    };
  }

  /** Reads the contents that are expected to have a certain SHA-256; false if time ran out. */
  public async read(top: Directory, mustStop: () => boolean): Promise<boolean> {
    let first = true;
    for (const [index, { sha256 }] of this.expectations.entries()) {
      const found = this.found[index];
      if (sha256 === undefined || found.content !== undefined) {
        continue;
      }
      if (!first && mustStop()) {
        return false;
      }
      const content = await digestOf(top, componentsOf(this.paths[index]), mustStop);
      if (content === undefined && !first) {
        return false; // the next call has more time for it
      }
      found.content = content ?? 'it cannot be read in the time of one call';
      first = false;
    }
    return true;
  }

  /** A sentence for each expectation that is not met; the instant is that of the restore. */
  public async findings(top: Directory, instant: number): Promise<string[]> {
    const findings: string[] = [];
    for (const [index, expectation] of this.expectations.entries()) {
      const components = componentsOf(this.paths[index]);
      const exists = components.length === 0 || await existsBelow(top, components).catch(errnoOrThrow);
      findings.push(...(exists === true ? unmet(expectation, this.found[index], instant) : [`'${expectation.path}' is expected and ${exists === false ? 'was not restored' : `could not be read: ${exists}`}`]));
    }
    return findings;
  }
}

function unmet({ path, atLeastFiles, newestFileWithinSeconds: within, sha256 }: RestoreExpectation, { files, newest, content = '' }: Found, instant: number): string[] {
  const findings: string[] = [];
  if (atLeastFiles !== undefined && files < atLeastFiles) {
    findings.push(`'${path}' is expected to hold at least ${atLeastFiles} files and holds ${files}`);
  }
  if (within !== undefined && newest === undefined) {
    findings.push(`'${path}' is expected to hold a file and holds none, so its newest file cannot be told`);
  } else if (within !== undefined && newest! < instant - within * 1000) {
    findings.push(`the newest file at '${path}' is expected to be written at most ${within} seconds before the restore at ${toIso(instant)}, and was written at ${toIso(newest!)}`);
  }
  if (sha256 !== undefined && content !== sha256.toLowerCase()) {
    findings.push(isSha256(content) ? `'${path}' is expected to have the SHA-256 ${sha256.toLowerCase()} and has ${content}` : `the SHA-256 of '${path}' cannot be told: ${content}`);
  }
  return findings;
}

/** The SHA-256 of a regular file, or why there is none; undefined if time ran out. */
async function digestOf(top: Directory, path: readonly string[], mustStop: () => boolean): Promise<string | undefined> {
  const name = path[path.length - 1];
  const parent = path.length > 1 ? await openBelow(top, path.slice(0, -1)) : top;
  try {
    const stats = name === undefined ? undefined : await parent?.lstat(name);
    return stats?.isFile() ? await parent!.hash(name, mustStop) : 'it is no regular file';
  } catch (error) {
    return errnoOrThrow(error);
  } finally {
    if (parent !== top) {
      await parent?.close();
    }
  }
}
