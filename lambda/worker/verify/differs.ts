import type { BigIntStats } from 'node:fs';
import { typeOf } from '../../fs/directory';

/** Nanoseconds in a second, a millisecond and a microsecond. */
const COARSER = [1_000_000_000n, 1_000_000n, 1_000n];

/** True if two instants are the same, as exactly as the first one was kept: a restore may bring back fewer digits of a second. */
function isSameInstant(restored: bigint, live: bigint): boolean {
  const unit = COARSER.find((nanoseconds) => restored % nanoseconds === 0n) ?? 1n;
  return restored === live - live % unit;
}

/** True if what lstat tells of two entries differs: the type, and of files the size and mtime. Directories compare by their type only. */
export function differs(restored: BigIntStats, live: BigIntStats): boolean {
  const type = typeOf(restored);
  if (type !== typeOf(live)) {
    return true;
  }
  return type === 'file' && (restored.size !== live.size || !isSameInstant(restored.mtimeNs, live.mtimeNs));
}
