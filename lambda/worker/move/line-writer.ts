import type { DirectoryLine, JournalLine, MoveLine } from './journal';
import { writeName } from './written-name';
import { componentsOf, join, nameOf, parentOf } from '../../fs/tree';
import type { TreePath } from '../../fs/tree';

/** Directories that are known by their numbers; to write them again costs little. */
const MOST_NUMBERED = 10_000;

interface Numbered {
  /** The byte of the file at which its line begins. */
  readonly number: number;
  readonly children: Map<string, Numbered>;
}

/**
 * Words the lines of one file of a journal. A line names the directory that an entry is in by the byte at which the line of that
 * directory begins, and has one name besides: so a journal is as long as the names in it, however deep the tree is, and whoever
 * reads it needs no index. What lies in the recovery directory itself names none.
 */
export class LineWriter {
  private top = new Map<string, Numbered>();
  private hasTop = false;
  private numbered = 0;

  /** True if the line of a directory was written. */
  public has(path: TreePath): boolean {
    return path === '' ? this.hasTop : this.find(path) !== undefined;
  }

  /** What was written is not to be relied upon. */
  public forget(): void {
    this.top = new Map();
    this.hasTop = false;
    this.numbered = 0;
  }

  /** The text of lines that begins at this byte of the file. */
  public write(lines: Iterable<JournalLine>, at: number): string {
    if (this.numbered > MOST_NUMBERED) {
      this.forget();
    }
    const texts: string[] = [];
    let end = at;
    const put = (line: object): number => {
      const text = `${JSON.stringify(line)}\n`;
      const begin = end;
      texts.push(text);
      end += Buffer.byteLength(text);
      return begin;
    };
    let last: { readonly path: TreePath; readonly within: object } | undefined;
    for (const line of lines) {
      if ('directory' in line) {
        this.putDirectory(line, put);
      } else if ('taken' in line) {
        const { taken, ...owners } = line;
        put({ ...this.withinOf(taken, put), taken: owners });
      } else if ('restored' in line && isSimple(line)) {
        const path = parentOf(line.restored);
        last = last?.path === path ? last : { path, within: this.withinOf(path, put) }; // most come from the directory of the one before
        const { restored, live, aside, ...more } = line;
        put({
          ...last.within,
          name: writeName(nameOf(restored)),
          ...more,
          ...(live === undefined ? {} : { live: writeName(nameOf(live)) }),
          ...(aside === undefined ? {} : { aside: asideOf(aside.path) }),
        });
      } else {
        put(line);
      }
    }
    return texts.join('');
  }

  private putDirectory({ directory, ...own }: DirectoryLine, put: (line: object) => number): void {
    if (this.has(directory)) {
      return; // two that lie in it were begun at the same time
    }
    if (directory === '') {
      put({ directory, ...own });
      this.hasTop = true;
    } else {
      this.number(directory, own, put);
    }
  }

  /** What a line says of the directory that it is about; one that is not known any more is written again, without owner and mode. */
  private withinOf(path: TreePath, put: (line: object) => number): { in?: number } {
    return path === '' ? {} : { in: this.find(path)?.number ?? this.number(path, {}, put) };
  }

  private number(path: TreePath, own: object, put: (line: object) => number): number {
    const name = nameOf(path);
    const within = this.withinOf(parentOf(path), put);
    const number = put({ ...within, subdirectory: writeName(name), ...own });
    const siblings = within.in === undefined ? this.top : this.find(parentOf(path))!.children;
    siblings.set(name, { number, children: new Map() });
    this.numbered += 1;
    return number;
  }

  private find(path: TreePath): Numbered | undefined {
    let found: Numbered | undefined;
    for (const name of componentsOf(path)) {
      found = (found?.children ?? this.top).get(name);
      if (!found) {
        return undefined;
      }
    }
    return found;
  }
}

const asideOf = (path: TreePath): string => path.slice(0, path.indexOf('/'));

/** True if the paths of a line follow from the one that was restored: every other line is written whole. */
function isSimple({ restored, live, aside }: MoveLine): boolean {
  return (live === undefined || parentOf(live) === parentOf(restored)) && (aside === undefined || aside.path === join(asideOf(aside.path), restored));
}
