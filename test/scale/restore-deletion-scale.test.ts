import { differences, tableOf } from './document';
import { isAboutDeletion, MOST_EVENTS, outcomeOf, simulation, testScenarios } from './limits';
import { LOOK_SECONDS, USEFUL_SECONDS } from './rates';
import { SCENARIOS } from './scenarios';
import type { Outcome } from './simulation';
import { stepsOf } from './steps';
import { FLAT, WIDE } from './tree';
import { longestDeletionSeconds } from '../../src/core/deletion-time';
import type { RestoreReport } from '../../src/core/restore-report';

testScenarios('restore', isAboutDeletion);

test('each step of a restore takes what docs/scale.md says', async () => {
  const steps = stepsOf(await outcomeOf('nothing is lost, 1 worker deletes'));

  const rows = tableOf('step');
  expect(rows.map(({ step }) => step)).toEqual(steps.map(({ name }) => name));
  const values = steps.map(({ hours, calls, transitions, dollars }) => ({ hours, 'calls of functions': calls, transitions, 'Lambda and Step Functions, $': dollars }));
  expect(values.flatMap((each, index) => differences(rows[index], each).map((difference) => `${steps[index].name}: ${difference}`))).toEqual([]);
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

