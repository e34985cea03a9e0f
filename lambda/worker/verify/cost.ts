/** ACCESS, GETATTR and READDIR of a directory; on NFS the listing brings what lstat asks for. */
export const OPERATIONS_PER_DIRECTORY = 3;
/** Calls at once within one directory. */
export const LSTATS_AT_ONCE = 32;
