import type { BigIntStats } from 'node:fs';
import { typeOf } from '../../fs/directory';
import type { Directory } from '../../fs/directory';
import { errnoOrThrow, isErrno } from '../../fs/errno';
import { isSame } from '../move/decide';
import { transfer } from '../move/transfer';

/**
 * Puts an entry at a place that is free; false if it is taken. What cannot have a second name (EPERM, EMLINK, ENOSPC) is renamed
 * there: left without it, a place would be empty that was not.
 */
export async function putBack(source: Directory, name: string, own: BigIntStats, target: Directory, targetName: string): Promise<boolean> {
  const type = typeOf(own);
  if (type === 'directory') {
    return await target.lstat(targetName) === undefined && transfer(source, name, type, target, targetName);
  }
  try {
    return await transfer(source, name, type, target, targetName);
  } catch (error) {
    errnoOrThrow(error);
    const there = await target.lstat(targetName);
    if (there) {
      if (isSame(own, there) && isErrno(error, 'ENOENT')) {
        return true; // another undo did the same at the same time
      }
      throw error;
    }
    await source.rename(name, target, targetName);
    return true;
  }
}
