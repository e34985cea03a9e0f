import { Adversary } from './adversary';
import { call, cutting, deleting, isTold, moving, perform, releasing, surveying, undoing, verifying, withRoot } from './perform';
import type { Event } from './perform';
import type { Random } from './random';
import { testRounds } from './rounds';
import { World } from './world';
import { ConflictPolicy, RecoveryDirectoryDisposal } from '../../src/core/restore-request';
import { endlessTime, intercept, timeFor } from '../helpers/fault';
import { openDescriptors, useTempDirectory } from '../helpers/temp-tree';

let world: World;
afterEach(() => world.wake()); // before the directory is removed: a thread that waits would never end
const top = useTempDirectory();
/** Step Functions: a state holds 256 KiB. */
const LONGEST_ANSWER_BYTES = 256 * 1024;

/** Some operations, one after the other; `quiet` ones come before there is an adversary. */
interface Script {
  readonly quiet: Event[];
  readonly events: Event[];
  /** Whether they may remove what was restored. */
  readonly deletes: boolean;
}

const whenEmpty = deleting({ disposal: RecoveryDirectoryDisposal.DELETE_WHEN_EMPTY });
const policies = Object.values(ConflictPolicy);

function write(random: Random, kind: string): Script {
  const move = moving(random.pick(policies));
  const half = (events: Event[]): Script => {
    const quiet = random.below(2);
    return { quiet: events.slice(0, quiet), events: events.slice(quiet), deletes: false };
  };
  switch (kind) {
    case 'delete': return { quiet: [], events: [deleting(), deleting()], deletes: true };
    case 'quarantine': return { quiet: [], events: [deleting({ mode: 'QUARANTINE' }), releasing, deleting({ mode: 'QUARANTINE' }), deleting()], deletes: true };
    case 'move': return { quiet: [], events: [move, move, whenEmpty], deletes: false };
    case 'undo': return half([move, undoing, undoing]);
    case 'undo after a deletion': return half([moving(ConflictPolicy.REPLACE), whenEmpty, undoing]);
    default: return { quiet: [], events: random.shuffle<Event>([verifying(null), verifying(['/a', '/b/c']), surveying, cutting(3), moving(random.pick(policies), true)]), deletes: false };
  }
}

const acts = new Map<string, number>();
const ends = new Map<string, number>();
const count = (of: Map<string, number>, what: string, by = 1) => of.set(what, (of.get(what) ?? 0) + by);

async function attempt(event: Event, random: Random): Promise<void> {
  const asks = random.pick([1, 2, 4, 12, Infinity]);
  await withRoot(world.root, async (root) => {
    try {
      const answer = await perform(root, event, () => (asks === Infinity ? endlessTime : timeFor(asks)));
      expect(JSON.stringify(answer).length).toBeLessThan(LONGEST_ANSWER_BYTES);
      count(ends, `${event.operation} ${(answer as { outcome?: string }).outcome ?? 'DONE'}`);
    } catch (error) {
      if (!isTold(error)) {
        throw error;
      }
      count(ends, `${event.operation} ${(error as NodeJS.ErrnoException).code ?? 'InvalidWorkerEvent'}`);
    }
  });
}

describe.each(['delete', 'quarantine', 'move', 'undo', 'undo after a deletion', 'look'])('%s, while somebody changes the file system', (kind) => {
  testRounds('touches nothing else, loses nothing, ends, and closes what it opened', 1, async (random) => {
    world = new World(top(), random);
    const { quiet, events, deletes } = write(random, kind);
    await withRoot(world.root, async (root) => {
      for (const event of quiet) {
        await call(root, event);
      }
    });
    const [before, kept] = [world.fingerprint(), world.contents(deletes ? 'live' : 'all')];
    const adversary = new Adversary(world, random, { chance: random.pick([0.01, 0.05, 0.2, 0.6]), most: random.pick([1, 2, 5, 40]) });
    const { stop } = intercept((before_) => adversary.before(before_));
    try {
      for (const event of events) {
        await attempt(event, random);
      }
    } finally {
      stop();
    }
    expect(world.fingerprint()).toEqual(before);
    const now = new Set(world.contents());
    expect([...kept, ...adversary.written].filter((content) => !now.has(content))).toEqual([]);
    expect(openDescriptors(top())).toEqual([]);
    count(acts, kind, adversary.acts);
  }, (rounds) => {
    expect(acts.get(kind)).toBeGreaterThan(rounds / 2); // of rounds with a chance of 1 in 100, some have none
  });
});
