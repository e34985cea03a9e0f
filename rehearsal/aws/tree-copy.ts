import { execFile } from 'node:child_process';
import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/*
 * Copies are made by GNU cp: with -a it keeps hard links, symbolic links, owners (when root), modes, times and holes, and it
 * takes file names as the bytes that they are. Paths go in as arguments after --, never through a shell.
 */
const execute = promisify(execFile);

async function run(program: string, args: readonly string[], directory: string): Promise<string> {
  const { stdout } = await execute(program, args, { cwd: directory, env: { ...process.env, LC_ALL: 'C' } });
  return stdout;
}

/** Throws where cp is not GNU's (macOS, Alpine): it would fail much later, and less clearly. */
export async function checkCopier(): Promise<void> {
  const version = await run('cp', ['--version'], '/').catch(() => '');
  if (!version.includes('GNU coreutils')) {
    throw new Error("the rehearsal copies trees with GNU 'cp'; install coreutils and findutils and put them first in PATH");
  }
}

const SPECIAL = ['(', '-type', 'p', '-o', '-type', 's', ')'];

/** Copies everything in a directory into another, existing one, which gets the attributes of the first. */
export async function copyTree(source: string, target: string): Promise<void> {
  await run('cp', ['-a', '--', '.', target], source);
}

/**
 * Takes a snapshot. Amazon EFS User Guide, "Using AWS Backup": all data is backed up, whichever directory it is in (what earlier
 * restores left is data like any other); sockets and named pipes are not.
 */
export async function takeSnapshot(source: string, target: string): Promise<void> {
  await copyTree(source, target);
  if (await run('find', ['.', ...SPECIAL, '-print', '-quit'], target) !== '') {
    await run('find', ['.', ...SPECIAL, '-delete'], target);
    // removing them has changed the times of their directories
    await run('find', ['.', '-depth', '-type', 'd', '-exec', 'touch', '--no-create', '--reference={}', '--', join(target, '{}'), ';'], source);
  }
}

function ancestorsOf(item: string): string[] {
  const parent = dirname(item);
  return parent === '/' ? [] : [parent, ...ancestorsOf(parent)];
}

/** Copies some entries with the directories that lead to them. Items are absolute in the source: /projects/report.txt. */
export async function copyItems(source: string, items: readonly string[], target: string): Promise<void> {
  if (items.length === 0) {
    return;
  }
  await run('cp', ['-a', '--parents', '-t', target, '--', ...items.map((item) => `.${item}`)], source);
  // cp has set the times of these directories before it put the next item into them
  for (const parent of new Set(items.flatMap(ancestorsOf))) {
    await run('touch', ['--no-create', `--reference=.${parent}`, '--', join(target, parent)], source);
  }
}

/** Whether the source has an entry at the item's path. A path through a symbolic link leads out of the tree: it has none. */
export async function hasItem(source: string, item: string): Promise<boolean> {
  for (let parent = dirname(item); parent !== '/'; parent = dirname(parent)) {
    const status = await lstat(join(source, parent)).catch(() => undefined);
    if (!status?.isDirectory()) {
      return false;
    }
  }
  return lstat(join(source, item)).then(() => true, () => false);
}

/** The size of a tree in bytes. */
export async function sizeOf(directory: string): Promise<number> {
  return parseInt(await run('du', ['-s', '-b', '.'], directory), 10);
}
