import { AsyncLocalStorage } from 'node:async_hooks';
import * as fs from 'node:fs';
import { WorkflowBench } from './restore-workflow';
import type { Scene, SceneOptions } from './restore-workflow';
import type { Execution } from '../../rehearsal/run/state-machine';
import type { RestoreReport } from '../../src/core/restore-report';
import { AfterRestore } from '../../src/core/restore-request';
import type { CompleteRestoreRequest } from '../../src/core/restore-request';
import { DOES_ALL } from '../helpers/effort';

/**
 * Two executions at the same time. AWS Backup tells of no job what it named its directory, so each could take that of the other for its own. Here each
 * is held at each of its calls while the other goes on: whatever their order, what the job of one made is neither moved nor deleted by the other,
 * and no report names it.
 */

const ITEM = '/a/lost.txt';
const FILES = { [ITEM]: 'lost', '/a/other.txt': 'other' };
/** So many calls one execution makes at least, from its first one to the end. */
const LEAST_CALLS = 9;
const LATE: SceneOptions = { faults: [{ restoreJob: 'DIRECTORY_LATE', times: Infinity }] };

const bench = new WorkflowBench('QuickStart');
afterEach(async () => bench.end());
afterAll(() => bench.close());

type Who = 'one' | 'two';
type Send = (...given: unknown[]) => Promise<unknown>;

interface Hold {
  readonly who: Who;
  readonly call: number;
  readonly reached: () => void;
  readonly released: Promise<void>;
}

/** Holds executions at their calls: of functions, and of AWS Backup by the state machine itself. */
class Calls {
  private readonly running = new AsyncLocalStorage<Who>();
  private readonly made: Record<Who, number> = { one: 0, two: 0 };
  private readonly holds: Hold[] = [];

  constructor({ rehearsal: { worker, controlPlane, ...rest } }: Scene) {
    for (const [target, method] of [[worker, 'invoke'], [controlPlane, 'invoke'], [(rest as unknown as { backupClient: object }).backupClient, 'send']] as const) {
      const real = (target as unknown as Record<string, Send>)[method].bind(target);
      Object.assign(target, {
        [method]: async (...given: unknown[]) => {
          await this.turn();
          return real(...given);
        },
      });
    }
  }

  /** Holds an execution right before one of its calls; `reached` tells when it is there. */
  public hold(who: Who, call: number): { readonly reached: Promise<void>; readonly release: () => void } {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const reached = new Promise<void>((resolve) => this.holds.push({ who, call, reached: resolve, released }));
    return { reached, release };
  }

  public async run(who: Who, action: () => Promise<Execution>): Promise<Execution> {
    return this.running.run(who, action);
  }

  /** No further call is told from others; left on, each promise of this process would be followed, in every later test file: that takes twice as long. */
  public end(): void {
    this.running.disable();
  }

  private async turn(): Promise<void> {
    const who = this.running.getStore();
    if (who === undefined) {
      throw new Error('a call of neither execution: nobody could hold it');
    }
    const call = this.made[who];
    this.made[who] += 1;
    for (const hold of this.holds.filter((each) => each.who === who && each.call === call)) {
      hold.reached();
      await hold.released;
    }
  }
}

interface Case {
  /** What the first and the second one do with what they restored. */
  readonly afterRestore: Readonly<Record<Who, 'KEEP' | 'MOVE_INTO_PLACE'>>;
  /** Where the first one is held until the second one is there, or has ended. */
  readonly one: number;
  /** Where the second one is held until the first one has ended; left out, it runs to its end while the first one is held. */
  readonly two?: number;
  /** Directories come only once the second one is at this call. */
  readonly directoriesAt?: number;
}

/** Whether the first one came to where it was to be held, and what must be true in the end. */
async function play({ afterRestore, one, two, directoriesAt }: Case): Promise<boolean> {
  const scene = await bench.start(FILES, directoriesAt === undefined ? {} : LATE);
  scene.remove(ITEM);
  const calls = new Calls(scene);
  const start = async (who: Who) => calls.run(who, async () => scene.rehearsal.restore({ items: [ITEM], afterRestore: afterRestore[who] }, who));
  const held = calls.hold('one', one);
  const first = start('one');
  const isHeld = await Promise.race([held.reached.then(() => true), first.then(() => false)]);
  const delivery = directoriesAt === undefined ? undefined : calls.hold('two', directoriesAt);
  const pause = two === undefined ? undefined : calls.hold('two', two);
  const second = start('two');
  if (delivery) {
    await Promise.race([delivery.reached, second]);
    await scene.rehearsal.aws.deliverDirectories();
    delivery.release();
  }
  await Promise.race([second, ...(pause ? [pause.reached] : [])]);
  held.release();
  await first;
  pause?.release();
  await second;
  calls.end();
  expectNothingOfOthers(scene);
  return isHeld;
}

function expectNothingOfOthers(scene: Scene): void {
  const jobs = scene.rehearsal.aws.restoreJobs.byId;
  const reports = scene.rehearsal.published.map(({ Message }) => JSON.parse(Message) as RestoreReport);
  expect(reports.map(({ execution }) => execution.name).sort()).toEqual(['one', 'two']);
  const moved = new Set<string>();
  for (const { execution, restores, request } of reports) {
    for (const { restoreJobId, recoveryDirectory, move } of restores) {
      if (recoveryDirectory !== undefined) {
        expect([execution.name, jobs.get(restoreJobId)?.directories]).toEqual([execution.name, [recoveryDirectory]]);
      }
      if (move?.outcome === 'MOVED') {
        expect((request as CompleteRestoreRequest).afterRestore).toBe(AfterRestore.MOVE_INTO_PLACE);
        moved.add(recoveryDirectory!);
      }
    }
  }
  // whatever nobody was to move is there, with all that the job put into it
  for (const directory of [...jobs.values()].flatMap(({ directories }) => directories).filter((name) => !moved.has(name))) {
    expect([directory, scene.read(`/${directory}${ITEM}`)]).toEqual([directory, 'lost']);
  }
  expect(scene.read(ITEM)).toBe(moved.size > 0 ? 'lost' : undefined);
  expect(fs.readFileSync(scene.at('/a/other.txt'), 'utf8')).toBe('other');
}

const [KEEP, MOVE] = ['KEEP', 'MOVE_INTO_PLACE'] as const;

test.each([[KEEP, MOVE], [MOVE, KEEP], [MOVE, MOVE]] as const)('%s, held at each of its calls while another one (%s) runs to its end', async (one, two) => {
  const every = DOES_ALL ? 1 : 2;
  let call = Math.floor(Math.random() * every);
  while (await play({ afterRestore: { one, two }, one: call })) {
    call += every;
  }
  expect(call).toBeGreaterThanOrEqual(LEAST_CALLS);
});

test('a directory that comes while the job of another one runs', async () => {
  for (let directoriesAt = 0; directoriesAt < LEAST_CALLS; directoriesAt += 1) {
    for (const one of DOES_ALL ? [5, 6, 7, 8] : [5 + directoriesAt % 4]) {
      await play({ afterRestore: { one: KEEP, two: MOVE }, one, directoriesAt });
    }
  }
});

test('both are held, each at any of its calls', async () => {
  const pairs = Array.from({ length: LEAST_CALLS ** 2 }, (_, index) => ({ one: Math.floor(index / LEAST_CALLS), two: index % LEAST_CALLS }));
  for (const pair of DOES_ALL ? pairs : pairs.filter(() => Math.random() < 0.1)) {
    await play({ afterRestore: { one: MOVE, two: MOVE }, ...pair });
  }
});
