import { setTimeout as wait } from 'node:timers/promises';
import { isErrno } from './errno';

/** What a busy server may answer and take back a moment later. */
const TRANSIENT = ['EBUSY', 'ESTALE', 'EAGAIN'];
const RETRY_AFTER_MILLISECONDS = [50, 200, 800];

/** Does something, and does it again while the file system says that it is busy: three times, within about a second. */
export async function retrying<T>(action: () => Promise<T>): Promise<T> {
  for (const milliseconds of RETRY_AFTER_MILLISECONDS) {
    try {
      return await action();
    } catch (error) {
      if (!isErrno(error, ...TRANSIENT)) {
        throw error;
      }
      await wait(milliseconds);
    }
  }
  return action();
}
