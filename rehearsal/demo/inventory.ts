import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

/** What can be told of one entry by looking at it, without any code of the library. */
export interface Found {
  readonly type: 'file' | 'directory' | 'symbolic link' | 'other';
  readonly mode: string;
  readonly owner: string;
  /** Of a file. */
  readonly sha256?: string;
  readonly bytes?: number;
  readonly modified?: number;
  /** Of a symbolic link. */
  readonly target?: string;
  /** The other names of the same file, in order. */
  readonly links?: string[];
}

export type Inventory = Map<string, Found>;

/** Looks at every entry below a directory. */
export function takeInventory(root: string): Inventory {
  const inventory: Inventory = new Map();
  const namesOfInode = new Map<number, string[]>();
  const visit = (directory: string): void => {
    for (const name of fs.readdirSync(path.join(root, directory)).sort()) {
      const own = path.posix.join(directory, name);
      const stats = fs.lstatSync(path.join(root, own));
      const common = { mode: (stats.mode % 0o10000).toString(8), owner: `${stats.uid}:${stats.gid}` };
      if (stats.isDirectory()) {
        inventory.set(own, { type: 'directory', ...common });
        visit(own);
      } else if (stats.isFile()) {
        const sha256 = createHash('sha256').update(fs.readFileSync(path.join(root, own))).digest('hex');
        const links = namesOfInode.get(stats.ino) ?? [];
        namesOfInode.set(stats.ino, links);
        links.push(own); // shared by all names of the file: complete once the walk is
        inventory.set(own, { type: 'file', ...common, sha256, bytes: stats.size, modified: Math.floor(stats.mtimeMs), links });
      } else if (stats.isSymbolicLink()) {
        inventory.set(own, { type: 'symbolic link', ...common, target: fs.readlinkSync(path.join(root, own)) });
      } else {
        inventory.set(own, { type: 'other', ...common });
      }
    }
  };
  visit('/');
  return inventory;
}

/** The part of an inventory that lies at or below some paths. */
export function within(inventory: Inventory, paths: readonly string[]): Inventory {
  return new Map([...inventory].filter(([own]) => paths.some((item) => own === item || own.startsWith(`${item}/`))));
}

/** Every difference between what should be and what is, a sentence each. */
export function differences(expected: Inventory, actual: Inventory): string[] {
  const sentences: string[] = [];
  for (const [own, wanted] of expected) {
    const found = actual.get(own);
    if (!found) {
      sentences.push(`${own} is missing`);
    } else if (JSON.stringify(found) !== JSON.stringify(wanted)) {
      const keys = (Object.keys({ ...wanted, ...found }) as Array<keyof Found>)
        .filter((key) => JSON.stringify(wanted[key]) !== JSON.stringify(found[key]));
      sentences.push(`${own} differs: ${keys.map((key) => `${key} is ${JSON.stringify(found[key])} instead of ${JSON.stringify(wanted[key])}`).join(', ')}`);
    }
  }
  for (const own of actual.keys()) {
    if (!expected.has(own)) {
      sentences.push(`${own} should not be there`);
    }
  }
  return sentences;
}
