import { constants } from 'node:os';

/** What an NFS server says of what another client has removed. Node has no name for it: the code of its error is a sentence. */
const STALE = -constants.errno.ESTALE;

/** The errno of an error of the file system, such as ENOENT; undefined for every other error. */
export function errnoOf(error: unknown): string | undefined {
  const { code, errno } = (error ?? {}) as NodeJS.ErrnoException;
  if (errno === STALE) {
    return 'ESTALE';
  }
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/** True for an error of the file system with one of these errnos. */
export function isErrno(error: unknown, ...codes: string[]): boolean {
  const code = errnoOf(error);
  return code !== undefined && codes.includes(code);
}

/** The errno of an error of the file system; every other error is a bug and goes on its way. */
export function errnoOrThrow(error: unknown): string {
  const code = errnoOf(error);
  if (code === undefined) {
    throw error;
  }
  return code;
}
