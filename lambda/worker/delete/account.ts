import { randomUUID } from 'node:crypto';
import type { Account } from './sight';
import type { Directory } from '../../fs/directory';
import { isErrno } from '../../fs/errno';
import { fileOf, openRecords, openRecordsIfThere } from '../records';

/** What a call of a deletion leaves to the next one. */
export interface Handover {
  /** When looking through the tree began, by the clock of the file system, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly lookedAt: number;
  readonly account: Account;
}

/** Among the files of the record that a deletion has begun: whoever removes the records removes these, too. */
const fileOfAccount = (token: string): string => `${fileOf('deleting')}.${token}.account`;
const TOKEN = /^[0-9a-f-]{36}$/;

/** Writes down what the next call must know, on the file system: it may be more than the state of a state machine holds. Answers what to ask for. */
export async function leaveHandover(root: Directory, recoveryDirectory: string, { lookedAt, account }: Handover): Promise<string> {
  const token = randomUUID();
  const records = await openRecords(root, recoveryDirectory);
  try {
    await records.writeFile(fileOfAccount(token), JSON.stringify({ lookedAt, account: Object.fromEntries(account) }));
  } finally {
    await records.close();
  }
  return token;
}

/** What a call before left; undefined if it is not there any more. */
export async function readHandover(root: Directory, recoveryDirectory: string, token: unknown): Promise<Handover | undefined> {
  if (typeof token !== 'string' || !TOKEN.test(token)) {
    return undefined;
  }
  const records = await openRecordsIfThere(root, recoveryDirectory);
  try {
    const { lookedAt, account } = JSON.parse(await records?.readFile(fileOfAccount(token)) ?? 'null') as { lookedAt: number; account: Record<string, string> };
    return { lookedAt, account: new Map(Object.entries(account)) };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || isErrno(error, 'ENOENT', 'ELOOP', 'EISDIR', 'ESTALE')) {
      return undefined;
    }
    throw error;
  } finally {
    await records?.close();
  }
}

/** Called before anything is changed: what a call that never answers changes is not in what the call before it left. */
export async function removeHandover(root: Directory, recoveryDirectory: string, token: unknown): Promise<void> {
  if (typeof token !== 'string' || !TOKEN.test(token)) {
    return;
  }
  const records = await openRecordsIfThere(root, recoveryDirectory);
  try {
    await records?.unlink(fileOfAccount(token));
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ESTALE')) {
      throw error;
    }
  } finally {
    await records?.close();
  }
}
