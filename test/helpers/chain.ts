import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';

/** A name that no compression makes much shorter. */
export const noise = (bytes: number): string => randomBytes(bytes).toString('base64url').slice(0, bytes);

/** Makes directories below each other, with the longest names that there may be; their names. No path would be long enough for them. */
export function makeChain(place: string, levels: number, name: (level: number) => string = () => noise(255)): string[] {
  const before = process.cwd();
  const names: string[] = [];
  process.chdir(place);
  try {
    for (let level = 0; level < levels; level += 1) {
      names.push(name(level));
      fs.mkdirSync(names[level]);
      process.chdir(names[level]);
    }
  } finally {
    process.chdir(before);
  }
  return names;
}
