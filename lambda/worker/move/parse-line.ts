import type { BeginLine, EndLine } from './journal';
import type { OwnerAndMode } from './merged';
import { isName, readName } from './written-name';
import { ConflictPolicy } from '../../../src/core/restore-request';
import type { EntryType } from '../../fs/directory';
import { componentsOf, nameOf, parentOf } from '../../fs/tree';
import type { TreePath } from '../../fs/tree';

/** How a line names a directory: by the byte at which the line of that begins, 0 for the recovery directory itself; in older journals by its path. */
export type DirectoryReference = number | TreePath;

/** What a line says of an entry that was about to be moved, but for the directory that it is in. */
export interface ReadEntry {
  readonly name: string;
  /** The name that it got. */
  readonly liveName: string;
  readonly type: EntryType;
  readonly inode: string;
  readonly mtime: string;
  readonly at?: string;
  /** Below which name among what is kept aside, under the path that it had, what had its place was to be kept. */
  readonly aside?: string;
}

/** A line as it was read. */
export type ParsedLine =
  | BeginLine
  | EndLine
  | { readonly entry: ReadEntry; readonly within: DirectoryReference }
  /** A live directory that was about to get another owner and mode. */
  | { readonly within: DirectoryReference; readonly taken: { readonly was: OwnerAndMode; readonly is: OwnerAndMode } }
  /** A directory; with a name it is one that other lines name by the byte at which this one begins, `within` another. */
  | { readonly within: DirectoryReference; readonly subdirectory?: string; readonly own?: OwnerAndMode };

type Fields = Readonly<Record<string, unknown>>;

const TYPES: readonly unknown[] = ['file', 'directory', 'symbolicLink', 'other'] satisfies EntryType[];
const isDigits = (value: unknown): value is string => typeof value === 'string' && /^\d{1,30}$/.test(value);
const isPath = (value: unknown): value is TreePath => typeof value === 'string' && componentsOf(value).every(isName);
const isAside = (value: unknown): value is string => typeof value === 'string' && /^\d{1,10}(\.\d{1,10})?$/.test(value);
const decoder = new TextDecoder('utf-8', { fatal: true });

/** A line that begins at a byte of its file; undefined for one that no call wrote like this. */
export function parseLine(bytes: Uint8Array, at: number): ParsedLine | undefined {
  try {
    const fields = JSON.parse(decoder.decode(bytes)) as Fields | null;
    return typeof fields === 'object' && fields !== null ? readLine(fields, at) : undefined;
  } catch {
    return undefined; // no JSON, or no text
  }
}

function readLine(fields: Fields, at: number): ParsedLine | undefined {
  if ('policy' in fields) {
    return Object.values(ConflictPolicy).includes(fields.policy as ConflictPolicy) ? { policy: fields.policy as ConflictPolicy } : undefined;
  }
  if ('end' in fields) {
    return { end: true };
  }
  if ('directory' in fields) {
    const own = ownOf(fields);
    return isPath(fields.directory) && own ? { within: fields.directory, own } : undefined;
  }
  if ('restored' in fields) {
    return readWhole(fields);
  }
  const within = fields.in ?? 0;
  if (typeof within !== 'number' || !Number.isSafeInteger(within) || within < 0 || (within > 0 && within >= at)) {
    return undefined; // a directory comes before whatever lies in it
  }
  if ('taken' in fields) {
    const { was, is } = (fields.taken ?? {}) as { was?: Fields; is?: Fields };
    const [before, after] = [ownOf(was ?? {}), ownOf(is ?? {})];
    return before && after && { within, taken: { was: before, is: after } };
  }
  if ('subdirectory' in fields) {
    const [subdirectory, own] = [readName(fields.subdirectory), ownOf(fields)];
    return subdirectory !== undefined && (own || !('mode' in fields)) ? { within, subdirectory, ...(own ? { own } : {}) } : undefined;
  }
  const name = readName(fields.name);
  const liveName = 'live' in fields ? readName(fields.live) : name;
  const { aside } = fields;
  const mayBe = name !== undefined && liveName !== undefined && (aside === undefined || isAside(aside));
  return mayBe ? entryOf(fields, within, { name, liveName, aside }) : undefined;
}

/** A line that has whole paths. */
function readWhole(fields: Fields): ParsedLine | undefined {
  const { restored, live = restored, aside } = fields;
  const path = (aside as { path?: unknown } | undefined)?.path;
  if (!isPath(restored) || restored === '' || !isPath(live) || parentOf(live) !== parentOf(restored) || (aside !== undefined && typeof path !== 'string')) {
    return undefined;
  }
  const keptBelow = typeof path === 'string' ? path.slice(0, path.indexOf('/')) : undefined;
  if (keptBelow !== undefined && (!isAside(keptBelow) || path !== `${keptBelow}/${restored}`)) {
    return undefined;
  }
  return entryOf(fields, parentOf(restored), { name: nameOf(restored), liveName: nameOf(live), aside: keptBelow });
}

function entryOf(fields: Fields, within: DirectoryReference, { aside, ...names }: Pick<ReadEntry, 'name' | 'liveName' | 'aside'>): ParsedLine | undefined {
  const { type, inode, mtime, at } = fields;
  const mayHaveAt = type === 'directory' ? isDigits(at) : at === undefined;
  if (!TYPES.includes(type) || !isDigits(inode) || typeof mtime !== 'string' || !/^-?\d{1,30}$/.test(mtime) || !mayHaveAt) {
    return undefined;
  }
  const more = { ...(at === undefined ? {} : { at: at as string }), ...(aside === undefined ? {} : { aside }) };
  return { within, entry: { ...names, type: type as EntryType, inode, mtime, ...more } };
}

function ownOf({ mode, uid, gid }: Fields): OwnerAndMode | undefined {
  const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
  return isNumber(mode) && isNumber(uid) && isNumber(gid) ? { mode, uid, gid } : undefined;
}
