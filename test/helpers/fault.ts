import * as fs from 'node:fs';
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

const BY_PATH = ['open', 'lstat', 'readdir', 'rename', 'mkdir', 'unlink', 'rmdir', 'link', 'rm'] as const;
const BY_HANDLE = ['stat', 'chmod', 'writeFile', 'readFile', 'sync'] as const;

/** `/proc/self/fd/7/name` with the directory that descriptor 7 stands for now. */
function resolve(path: unknown): string {
  const text = Buffer.isBuffer(path) ? path.toString('latin1') : String(path);
  const match = /^(\/proc\/self\/fd\/\d+)\/([^]*)$/.exec(text);
  return match ? `${fs.readlinkSync(bytes(match[1]), 'latin1')}/${match[2]}` : text;
}

/** Calls `before` ahead of every call that the engine makes to the file system; what it throws is what the call throws. */
export function intercept(before: (call: Call) => void | Promise<void>): { readonly calls: Call[]; stop(): void } {
  const calls: Call[] = [];
  const stops: Array<() => void> = [];
  const announce = async (operation: string, paths: readonly string[]) => {
    const call = { index: calls.length, operation, paths };
    calls.push(call);
    await before(call);
  };
  for (const operation of BY_PATH) {
    const real = fs.promises[operation] as (...given: unknown[]) => Promise<unknown>;
    const spy = jest.spyOn(fs.promises, operation).mockImplementation((async (...given: unknown[]) => {
      await announce(operation, given.slice(0, operation === 'rename' || operation === 'link' ? 2 : 1).map(resolve));
      const result = await real(...given);
      return operation === 'open' ? announceHandle(result as fs.promises.FileHandle, resolve(given[0])) : result;
    }) as never);
    stops.push(() => spy.mockRestore());
  }
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

/** Runs an action on a file system that does not tell the types of entries, as an NFS client without READDIRPLUS. */
export async function withoutEntryTypes<T>(action: () => Promise<T>): Promise<T> {
  type Readdir = (...given: unknown[]) => Promise<unknown>;
  const binding = (process as unknown as { binding(name: 'fs'): { readdir: Readdir } }).binding('fs');
  const real = binding.readdir;
  let hidden = 0;
  binding.readdir = async (...given) => {
    const result = await real.apply(binding, given);
    if (!Array.isArray(result) || !Array.isArray(result[1])) {
      return result;
    }
    hidden += 1;
    return [result[0], result[1].map(() => UNKNOWN_TYPE)];
  };
  try {
    const result = await action();
    if (hidden === 0) {
      throw new Error('no listing was intercepted: Node lists directories in another way now');
    }
    return result;
  } finally {
    binding.readdir = real;
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
