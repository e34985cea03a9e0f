/** What a full restore brings back, as far as it matters how long the worker takes. */
export interface Tree {
  readonly files: number;
  readonly bytes: number;
  /** 1: everything is in one flat directory. */
  readonly directories: number;
  /** How many restore jobs bring it, each its part. */
  readonly jobs?: number;
  /**
   * What of it is missing at its place. ALL: it is moved by a few renames. NONE: all of it stays behind, for the cleanup to delete.
   * FILES: every directory is there and each file is missing, so every file is moved by itself.
   */
  readonly missing: 'ALL' | 'NONE' | 'FILES';
}

/** 100 million files and 100 TB, 100 files in each directory. */
export const WIDE: Tree = { files: 100e6, bytes: 100e12, directories: 1e6, missing: 'NONE' };

/** The same in one directory. */
export const FLAT: Tree = { ...WIDE, directories: 1 };

export const entriesOf = ({ files, directories }: Tree): number => files + directories;
