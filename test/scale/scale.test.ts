import * as fs from 'node:fs';
import * as path from 'node:path';
import { differences, tableOf } from './document';
import { DELETE_CPU_SECONDS, LOOK_SECONDS, SKIP_SECONDS, USEFUL_SECONDS } from './rates';
import { SCENARIOS } from './scenarios';
import type { Outcome } from './simulation';
import { Simulation } from './simulation';
import { stepsOf } from './steps';
import { FLAT, WIDE } from './tree';
import { WorkerModel } from './worker-model';
import { Directory } from '../../lambda/fs/directory';
import { Deadline } from '../../lambda/runtime/deadline';
import { survey } from '../../lambda/worker/survey';
import { SimulatedTime } from '../../rehearsal/run/simulated-time';
import { MOST_WORKERS } from '../../src/core/cleanup';
import { LONGEST_RUN_MILLISECONDS } from '../../src/core/cleanup-turn';
import { longestDeletionSeconds } from '../../src/core/deletion-time';
import { DEFAULT_OPERATIONS_PER_SECOND } from '../../src/core/operations-per-second';
import { formatRecoveryDirectoryName, RootEntryKind } from '../../src/core/recovery-directory';
import type { RestoreReport } from '../../src/core/restore-report';
import type { SurveyAnswer } from '../../src/core/worker';
import { endlessTime } from '../helpers/fault';
import { useTempDirectory } from '../helpers/temp-tree';

/** "Quotas", AWS Step Functions Developer Guide. */
const MOST_EVENTS = 25_000;
const MOST_BYTES = 256 * 1024;
/** "Quotas", Amazon EFS User Guide: of Bursting, which has the fewest. */
const MOST_WRITES_PER_SECOND = 7_000;

interface Results {
  readonly cases: { readonly memory: { readonly results: ReadonlyArray<{ readonly contender: string; readonly microsecondsPerEntry: number }> } };
}

const simulation = new Simulation();
afterAll(() => simulation.close());

const outcomes = new Map<string, Promise<Outcome>>();
function outcomeOf(name: string): Promise<Outcome> {
  const outcome = outcomes.get(name) ?? simulation.run(SCENARIOS[name]);
  outcomes.set(name, outcome);
  return outcome;
}

describe.each(Object.keys(SCENARIOS))('%s', (name) => {
  test('comes to its end within every limit', async () => {
    const { execution, largest, worker } = await outcomeOf(name);

    expect(execution).toMatchObject({ status: 'SUCCEEDED' });
    expect(execution.historyEvents).toBeLessThan(0.85 * MOST_EVENTS);
    expect(largest.bytes).toBeLessThan(0.96 * MOST_BYTES);
    expect(worker.longestSeconds).toBeLessThan(900);
    expect(worker.mostAtOnce).toBeLessThanOrEqual(MOST_WORKERS);
    expect(worker.mostOperationsPerSecond).toBeLessThanOrEqual(SCENARIOS[name].operationsPerSecond ?? DEFAULT_OPERATIONS_PER_SECOND);
    expect(2 * worker.mostOperationsPerSecond).toBeLessThanOrEqual(MOST_WRITES_PER_SECOND);
  });

  test('takes what docs/scale.md says', async () => {
    const outcome = await outcomeOf(name);

    const row = tableOf('scenario').find(({ scenario }) => scenario === name) ?? {};
    expect(differences(row, {
      'hours': outcome.seconds / 3600,
      'calls of functions': outcome.calls.length,
      'at once': outcome.worker.mostAtOnce,
      'transitions': outcome.transitions,
      'events': outcome.execution.historyEvents,
      'largest state, KiB': outcome.largest.bytes / 1024,
      'Lambda, $': outcome.lambdaDollars,
      'Step Functions, $': outcome.transitionDollars,
      'Elastic throughput, $': outcome.writeDollars,
    })).toEqual([]);
  });
});

test('docs/scale.md has no other scenarios', () => {
  expect(tableOf('scenario').map(({ scenario }) => scenario)).toEqual(Object.keys(SCENARIOS));
});

test('each step of a restore takes what docs/scale.md says', async () => {
  const steps = stepsOf(await outcomeOf('nothing is lost, 1 worker deletes'));

  const rows = tableOf('step');
  expect(rows.map(({ step }) => step)).toEqual(steps.map(({ name }) => name));
  const values = steps.map(({ hours, calls, transitions, dollars }) => ({ hours, 'calls of functions': calls, transitions, 'Lambda and Step Functions, $': dollars }));
  expect(values.flatMap((each, index) => differences(rows[index], each).map((difference) => `${steps[index].name}: ${difference}`))).toEqual([]);
});

test('the longest request that is accepted fits into the state, with all that is told of it', async () => {
  const items = Array.from({ length: 50 }, (_, index) => `/projects/${String(index).padStart(230, 'n')}`);
  const scenario = SCENARIOS['50 items in 10 restore jobs, 8 workers'];

  const { execution, largest } = await simulation.run({ ...scenario, input: { ...scenario.input, items } });

  expect(execution).toMatchObject({ status: 'SUCCEEDED' });
  expect(largest.bytes).toBeLessThan(0.96 * MOST_BYTES);
});

describe('a restore that cannot delete everything in its time', () => {
  const cleanupOf = ({ execution }: Outcome) => (execution.output as RestoreReport).restores[0].cleanup;

  test('leaves the rest to a cleanup', async () => {
    const outcome = await outcomeOf('nothing is lost, 60 operations a second, 1 worker');

    expect(cleanupOf(outcome)).toMatchObject({ outcome: 'POSTPONED', postponed: { reason: 'TIME_IS_UP' }, deletedEntries: outcome.worker.writes });
    expect(outcome.worker.writes).toBeGreaterThan(30e6);
    expect(outcome.worker.restored.size).toBe(1);
  });

  test('may have had no time but to look, where eight workers share very little', async () => {
    const outcome = await outcomeOf('nothing is lost, 80 operations a second, 8 workers');

    expect(cleanupOf(outcome)).toMatchObject({ outcome: 'POSTPONED', deletedEntries: 0 });
  });
});

test.each([
  ['cleanup of 100 of 5,000 directories, 1 worker', 100],
  ['cleanup of 66 of 5,000 directories, 8 workers', 66],
])('%s: it deletes as many, knows of all, and the state does not grow with them', async (name, deleted) => {
  const { execution, worker, largest } = await outcomeOf(name);

  expect(execution.output).toMatchObject({ totals: { directories: 5_000 } });
  expect(worker.restored.size).toBe(5_000 - deleted);
  expect(largest.bytes).toBeLessThan(0.6 * MOST_BYTES);
});

describe('the events of a history', () => {
  const callsOf = ({ entered }: Outcome) => ['VerifyRecoveryDirectory', 'PlanMove', 'MoveIntoPlace'].reduce((sum, state) => sum + entered(state), 0);
  /** What does not depend on the size: 13 events a poll (core/polling.ts), 7 a call that verifies or moves, 14 one that deletes. */
  const constantOf = (outcome: Outcome) => outcome.execution.historyEvents - 13 * outcome.polls - 7 * callsOf(outcome) - 14 * outcome.entered('DeleteShard');

  test('are those of polls and of calls, and few others', async () => {
    const whole = await outcomeOf('the same in one directory, 1 worker');
    const tenth = await simulation.run({ ...SCENARIOS['the same in one directory, 1 worker'], tree: { ...FLAT, files: 10e6, bytes: 10e12 } });

    expect(constantOf(tenth)).toBe(constantOf(whole));
    expect(constantOf(whole)).toBeLessThanOrEqual(115);
  });

  test('are room, and the time for deleting is enough, for the entries that docs/scale.md says', async () => {
    const left = MOST_EVENTS - constantOf(await outcomeOf('the same in one directory, 8 workers')) - 13 * 940;
    for (const row of tableOf('operations a second')) {
      const rate = Number(row['operations a second'].replace(',', ''));
      const looked = (share: number) => Math.max(101e6 * LOOK_SECONDS, WIDE.directories * 3 / share);
      const deleted = (workers: number, looks: number) => Math.max(0, longestDeletionSeconds({ workers, jobs: 1 }) - looks) * rate / 1e6;
      expect(differences(row, {
        'moved one by one, millions': left / 7 * USEFUL_SECONDS * rate / 2 / 1e6,
        'deleted by 1 worker, millions': deleted(1, looked(rate)),
        'deleted by 8 workers, millions': deleted(8, looked(rate) + looked(rate / 8)),
      })).toEqual([]);
    }
  });

  test('are nearly used up by 100 million files that are moved one by one, at the rates that docs/scale.md says', async () => {
    const constant = constantOf(await outcomeOf('the same in one directory, 8 workers'));

    for (const row of tableOf('workers')) {
      const [workers, rate] = [Number(row.workers), Number(row['moves, operations a second'])];
      const calls = (operations: number) => Math.ceil(operations / rate / USEFUL_SECONDS);
      const looked = 3 * WIDE.directories;
      const deletions = workers * calls(looked * workers + WIDE.directories);
      const events = constant + 13 * 940 + 7 * (calls(looked) + calls(2 * WIDE.files) + (workers > 1 ? calls(looked) : 0)) + 14 * deletions;
      expect(events).toBeLessThanOrEqual(MOST_EVENTS);
      expect(events).toBeGreaterThan(0.97 * MOST_EVENTS);
      expect(differences(row, { events })).toEqual([]);
    }
  });
});

test('a cleanup that has no time but to look deletes nothing: it needs the rate that docs/scale.md says', async () => {
  const { worker, execution } = await outcomeOf('cleanup of one directory, 60 operations a second, 1 worker');

  expect(execution.output).toMatchObject({ outcome: 'YIELDED' });
  expect(worker.writes).toBe(0);
  for (const row of tableOf('workers')) {
    const workers = Number(row.workers);
    const looks = (workers > 1 ? 1 : 0) + workers; // the cut, and each worker with its share
    expect(differences(row, { 'cleanup, operations a second': looks * WIDE.directories * 3 / (LONGEST_RUN_MILLISECONDS / 1000) })).toEqual([]);
  }
});

describe('the model', () => {
  const top = useTempDirectory();

  test.each([false, true])('tells of as many directories at the root as the worker does, contents: %s', async (contents) => {
    const now = Date.now();
    const time = new SimulatedTime(now);
    const model = new WorkerModel({ time, arn: 'worker', texts: 'TYPICAL' });
    for (let index = 0; index < 320; index += 1) {
      const name = formatRecoveryDirectoryName(RootEntryKind.RECOVERY_DIRECTORY, now - (1 + index) * 3_600_000, '123456789');
      fs.mkdirSync(path.join(top(), name));
      model.add(name, { ...WIDE, files: 0, directories: 1 });
    }
    const root = await Directory.open(top());
    const toldOf = ({ names, entries, omitted }: SurveyAnswer) =>
      ({ names, omitted, entries: entries.map(({ name, content }) => [name, content !== undefined]) });

    const real = await survey(root, { operation: 'survey', contents }, new Deadline(endlessTime));
    await root.close();

    expect(toldOf(await model.invoke({ operation: 'survey', contents }) as SurveyAnswer)).toEqual(toldOf(real));
    expect(real.omitted?.directories).toBe(70);
  });

  test('is no faster than the worker was when it was measured', () => {
    const results = path.join(__dirname, '..', '..', 'bench', 'results');
    const newest = fs.readdirSync(results).filter((name) => /^all-.*\.json$/.test(name)).sort().at(-1)!;
    const { cases } = JSON.parse(fs.readFileSync(path.join(results, newest), 'utf8')) as Results;
    const measured = (contender: string) => cases.memory.results.find((result) => result.contender === contender)!.microsecondsPerEntry / 1e6;

    expect(measured('survey, 1000000 entries')).toBeLessThan(LOOK_SECONDS);
    expect(measured('delete, 1000000 entries')).toBeLessThan(DELETE_CPU_SECONDS);
  });

  test('lists again what one directory holds within one call, up to as many entries as docs/scale.md says', () => {
    const [row] = tableOf('entries of one directory, millions');

    expect(differences(row, { 'entries of one directory, millions': USEFUL_SECONDS / SKIP_SECONDS / 1e6 })).toEqual([]);
  });
});
