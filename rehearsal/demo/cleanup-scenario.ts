import * as fs from 'node:fs';
import { CleanupScene } from './cleanup-scene';
import { differences, takeInventory, within } from './inventory';
import { makeProjects } from './projects';
import type { Played, Scenario, Stage } from './scenario';
import { unlike } from './unlike';
import { classifyRootEntry, RootEntryKind } from '../../src/core/recovery-directory';
import { CleanupRehearsal } from '../cleanup-rehearsal';
import type { CleanupRehearsalOptions } from '../cleanup-rehearsal';
import type { Execution } from '../run/state-machine';

/** What must have come of a cleanup. */
export interface CleanupEnd {
  readonly execution: Execution;
  /** What its output must say. */
  readonly report: object;
  /** The recovery directories that must be left, and nothing else of that kind. */
  readonly left: readonly RegExp[];
  readonly faults?: string[];
}

/** Cleanups in which something happens. */
export interface CleanupScenarioProps extends Pick<Scenario, 'name' | 'what'> {
  readonly options?: Partial<CleanupRehearsalOptions>;
  readonly play: (scene: CleanupScene) => Promise<CleanupEnd>;
}

export const CLEANUP_APP = 'rehearsal/demo/apps/cleanup.ts';

/** A cleanup, played and checked. */
export function cleanupScenario(props: CleanupScenarioProps): Scenario {
  return { name: props.name, what: props.what, app: CLEANUP_APP, play: async (stage) => play(props, stage) };
}

async function play(props: CleanupScenarioProps, { assembly, root, workingDirectory, listener, say }: Stage): Promise<Played> {
  const scene = new CleanupScene(root, say);
  scene.rehearsal = await CleanupRehearsal.start({
    assembly,
    fileSystemRoot: root,
    workingDirectory,
    wait: (seconds) => seconds / 100,
    ...props.options,
    settings: { deleteAfterSeconds: 0, ...props.options?.settings },
    listener: (event) => {
      listener(event);
      scene.listener(event);
    },
  });
  try {
    makeProjects(root);
    const before = takeInventory(root);
    say(`The file system ${scene.rehearsal.fileSystem.fileSystemId} is ${root}: ${before.size} entries`);
    await scene.rehearsal.backUp();
    const { execution, report, left, faults = [] } = await props.play(scene);
    const found = fs.readdirSync(root).filter((name) => classifyRootEntry(name) !== RootEntryKind.OTHER);
    const now = takeInventory(root);
    within(now, found.map((name) => `/${name}`)).forEach((_, own) => now.delete(own));
    const output = execution.output as Played['report'];
    return {
      report: output,
      states: execution.visited,
      historyEvents: execution.historyEvents,
      faults: [...unlike({ status: 'SUCCEEDED' }, execution, 'execution'), ...unlike(report, output), ...unlike(left, found.sort(), 'what is left'), ...differences(before, now), ...faults],
      checked: 'by hash, mode, owner and links: only recovery directories were touched, and only those whose time was over.',
    };
  } finally {
    await scene.rehearsal.close();
  }
}
