import { createHook } from 'node:async_hooks';
import * as fs from 'node:fs';
import fsModule from 'node:fs';
import { bytes } from './temp-tree';
import type { InvocationTime } from '../../lambda/runtime/deadline';

/** A call to the file system, just before it happens. */
export interface Call {
  /** 0 for the first one. */
  readonly index: number;
  readonly operation: string;
  /** The paths that it names, byte strings, with the open directories resolved. */
  readonly paths: readonly string[];
}

const BY_PATH = [
  'open', 'opendir', 'lstat', 'readlink', 'rename', 'mkdir', 'unlink', 'rmdir', 'link', 'symlink', 'rm', 'chmod', 'lchown', 'utimes', 'lutimes', 'appendFile',
] as const;
const BY_HANDLE = ['stat', 'chmod', 'utimes', 'read', 'readFile', 'write', 'writeFile', 'appendFile', 'sync', 'datasync'] as const;

/** `/proc/self/fd/7/name` with the directory that descriptor 7 stands for now; '.' is that directory. */
function resolve(path: unknown): string {
  const text = Buffer.isBuffer(path) ? path.toString('latin1') : String(path);
  const match = /^(\/proc\/self\/fd\/\d+)\/([^]*)$/.exec(text);
  if (!match) {
    return text;
  }
  const parent = fs.readlinkSync(bytes(match[1]), 'latin1');
  const name = match[2].replace(/^\.\//, '');
  return name === '.' ? parent : `${parent}/${name}`;
}

/** True for a path that the engine made; tests make others. */
const isChild = (path: unknown): boolean => Buffer.isBuffer(path) && path.toString('latin1').startsWith('/proc/self/fd/');

/** The arguments that are paths on the file system: the target of a symbolic link is a text. */
function pathsOf(operation: string, given: readonly unknown[]): string[] {
  const [first, second] = given;
  switch (operation) {
    case 'rename':
    case 'link': return [resolve(first), resolve(second)];
    case 'symlink': return [resolve(second)];
    default: return [resolve(first)];
  }
}

/** Puts something in the place of a function; the answer puts it back. A spy of jest would be remembered after that, which takes gigabytes in the long runs. */
function replace<Name extends PropertyKey>(object: Record<Name, unknown>, name: Name, replacement: never): () => void {
  const real = object[name];
  object[name] = replacement;
  return () => {
    object[name] = real;
  };
}

/**
 * Calls `before` ahead of every call that the engine makes to the file system; what it throws is what the call throws. A listing
 * is an `opendir`, then a `readdir` each time that it asks for further entries. A call that
 * blocks does not wait for what `before` promises.
 */
export function intercept(before: (call: Call) => void | Promise<void>): { readonly calls: Call[]; stop(): void } {
  const calls: Call[] = [];
  const stops: Array<() => void> = [];
  const announceNow = (operation: string, paths: readonly string[]) => {
    const call = { index: calls.length, operation, paths };
    calls.push(call);
    return before(call);
  };
  const announce = async (operation: string, paths: readonly string[]) => announceNow(operation, paths);
  const announceHandle = (handle: fs.promises.FileHandle, path: string): fs.promises.FileHandle => {
    for (const operation of BY_HANDLE) {
      const real = (handle[operation] as (...given: unknown[]) => Promise<unknown>).bind(handle);
      Object.assign(handle, {
        [operation]: async (...given: unknown[]) => {
          await announce(`handle.${operation}`, [path]);
          return real(...given);
        },
      });
    }
    return handle;
  };
  const announceListing = (directory: fs.Dir, path: string, entriesAtOnce: number): fs.Dir => {
    const real = directory[Symbol.asyncIterator].bind(directory);
    return Object.assign(directory, {
      async *[Symbol.asyncIterator]() {
        const entries = real();
        try {
          for (let index = 0; ; index += 1) {
            if (index % entriesAtOnce === 0) {
              await announce('readdir', [path]).catch(async (error) => {
                await (index === 0 ? directory.close() : undefined); // what was not begun does not close itself
                throw error;
              });
            }
            const { done, value } = await entries.next();
            if (done) {
              return;
            }
            yield value;
          }
        } finally {
          await entries.return?.(undefined);
        }
      },
    });
  };
  const blocking = fsModule.lstatSync as (...given: unknown[]) => unknown;
  stops.push(replace(fsModule, 'lstatSync', ((...given: unknown[]) => {
    if (isChild(given[0])) {
      void announceNow('lstat', [resolve(given[0])]);
    }
    return blocking(...given);
  }) as never));
  for (const operation of BY_PATH) {
    const real = fs.promises[operation] as (...given: unknown[]) => Promise<unknown>;
    stops.push(replace(fs.promises, operation, (async (...given: unknown[]) => {
      const paths = pathsOf(operation, given);
      await announce(operation, paths);
      const result = await real(...given);
      switch (operation) {
        case 'open': return announceHandle(result as fs.promises.FileHandle, resolve(given[0]));
        case 'opendir': return announceListing(result as fs.Dir, paths[0], (given[1] as fs.OpenDirOptions | undefined)?.bufferSize ?? 32);
        default: return result;
      }
    }) as never));
  }
  return { calls, stop: () => stops.forEach((stop) => stop()) };
}

export const errno = (code: string): NodeJS.ErrnoException => Object.assign(new Error(`${code}: injected`), { code });

/** Runs an action with every matching call failing with this errno. */
export async function failing<T>(code: string, matches: (call: Call) => boolean, action: () => Promise<T>): Promise<T> {
  const { stop } = intercept((call) => {
    if (matches(call)) {
      throw errno(code);
    }
  });
  try {
    return await action();
  } finally {
    stop();
  }
}

/** UV_DIRENT_UNKNOWN of libuv. */
const UNKNOWN_TYPE = 0;

export class Crash extends Error {}

/** Runs an action until call number n: that one and all after it fail, as in a process that was killed. True if it got that far. */
export async function crashingAt(n: number, action: () => Promise<unknown>): Promise<boolean> {
  let crashed = false;
  const { stop } = intercept(({ index }) => {
    if (index >= n) {
      crashed = true;
      throw new Crash(`crash at call ${n}`);
    }
  });
  try {
    await action();
  } catch (error) {
    if (!(error instanceof Crash)) {
      throw error;
    }
  } finally {
    stop();
  }
  return crashed;
}

interface Request {
  oncomplete(error: Error | null, result: unknown[] | null): void;
}
interface ListingHandle {
  read(encoding: string, entriesAtOnce: number, request: Request): unknown;
}

/** What all listings of Node have their entries from; no module gives it away, but the hooks of asynchronous resources do. */
function listingHandles(): ListingHandle {
  let handle: object | undefined;
  const hook = createHook({
    init: (_id, type, _trigger, resource) => {
      if (type === 'DIRHANDLE') {
        handle = resource;
      }
    },
  }).enable();
  fs.opendirSync('/').closeSync();
  hook.disable();
  const handles = handle && Object.getPrototypeOf(handle) as Partial<ListingHandle>;
  if (typeof handles?.read !== 'function') {
    throw new Error('no listing can be intercepted: Node lists directories in another way now');
  }
  return handles as ListingHandle;
}

/** Runs an action on a file system that does not tell the types of entries, as an NFS client without READDIRPLUS. */
export async function withoutEntryTypes<T>(action: () => Promise<T>): Promise<T> {
  const handles = listingHandles();
  const real = handles.read;
  let hidden = 0;
  handles.read = function (encoding, entriesAtOnce, request) {
    const complete = request.oncomplete.bind(request);
    request.oncomplete = (error, result) => {
      hidden += Array.isArray(result) && typeof result[1] === 'number' ? 1 : 0;
      complete(error, Array.isArray(result) ? result.map((each, index) => (index % 2 === 1 ? UNKNOWN_TYPE : each)) : result);
    };
    return real.call(this, encoding, entriesAtOnce, request);
  };
  try {
    const result = await action();
    if (hidden === 0) {
      throw new Error('no listing was intercepted: the action lists nothing, or Node lists directories in another way now');
    }
    return result;
  } finally {
    handles.read = real;
  }
}

/** Time enough until it was asked for so many times, none afterwards. */
export function timeFor(asks: number): InvocationTime {
  let left = asks;
  return {
    getRemainingTimeInMillis() {
      left -= 1;
      return left >= 0 ? 600_000 : 0;
    },
  };
}
export const endlessTime: InvocationTime = { getRemainingTimeInMillis: () => 600_000 };
