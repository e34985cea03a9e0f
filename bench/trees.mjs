// The trees that the cases work on. Times are set where they matter, so that two trees that are made alike are alike.
import { closeSync, mkdirSync, openSync, renameSync, utimesSync, writeFileSync } from 'node:fs';

export const LONG_AGO = 1_000_000_000;

/** So many directories with so many files each. `content`: gives the text of a file, undefined to leave it out. */
export function makeWide(place, directories, files, { content = () => 'x', time } = {}) {
  for (let directory = 0; directory < directories; directory += 1) {
    mkdirSync(`${place}/d${directory}`, { recursive: true });
    for (let file = 0; file < files; file += 1) {
      const text = content(directory, file);
      if (text !== undefined) {
        writeFileSync(`${place}/d${directory}/f${file}`, text);
        if (time !== undefined) {
          utimesSync(`${place}/d${directory}/f${file}`, time, time);
        }
      }
    }
    if (time !== undefined) {
      utimesSync(`${place}/d${directory}`, time, time);
    }
  }
  if (time !== undefined) {
    utimesSync(place, time, time);
  }
}

/** One directory with so many empty files. */
export function makeFlat(place, files) {
  mkdirSync(place, { recursive: true });
  for (let file = 0; file < files; file += 1) {
    closeSync(openSync(`${place}/file-${String(file).padStart(7, '0')}`, 'wx'));
  }
}

/** So many directories, each in the one before. */
export function makeChain(place, depth) {
  let path = place;
  for (let level = 0; level < depth; level += 1) {
    path += '/d';
  }
  mkdirSync(path, { recursive: true });
}

/**
 * Trees that are made before anything is measured. On ext4 a file that is made shortly after many were deleted takes long: the
 * file system steps around inodes that were free only a moment ago.
 */
export class Stock {
  #made = [];

  constructor(place) {
    this.place = place;
    mkdirSync(place);
  }

  put(count, make) {
    for (let tree = 0; tree < count; tree += 1) {
      const path = `${this.place}/${this.#made.length}-${process.hrtime.bigint()}`;
      make(path);
      this.#made.push(path);
    }
    return this;
  }

  take(target) {
    renameSync(this.#made.pop(), target);
  }

  /** Takes back what was only looked at. */
  giveBack(source) {
    const path = `${this.place}/back-${process.hrtime.bigint()}`;
    renameSync(source, path);
    this.#made.push(path);
  }
}
