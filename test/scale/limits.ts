import { differences, tableOf } from './document';
import { SCENARIOS } from './scenarios';
import type { Outcome, Scenario } from './simulation';
import { Simulation } from './simulation';
import { MOST_WORKERS } from '../../src/core/cleanup';
import { DEFAULT_OPERATIONS_PER_SECOND } from '../../src/core/operations-per-second';

/** "Quotas", AWS Step Functions Developer Guide. */
export const MOST_EVENTS = 25_000;
export const MOST_BYTES = 256 * 1024;
/** "Quotas", Amazon EFS User Guide: of Bursting, which has the fewest. */
const MOST_WRITES_PER_SECOND = 7_000;

export const simulation = new Simulation();
afterAll(() => simulation.close());

const outcomes = new Map<string, Promise<Outcome>>();
export function outcomeOf(name: string): Promise<Outcome> {
  const outcome = outcomes.get(name) ?? simulation.run(SCENARIOS[name]);
  outcomes.set(name, outcome);
  return outcome;
}

/** Scenarios of a state machine, those with such names: each keeps every limit, and takes what docs/scale.md says. */
export function testScenarios(machine: Scenario['machine'], ofNames = (_name: string) => true): void {
  const names = Object.keys(SCENARIOS).filter((name) => SCENARIOS[name].machine === machine && ofNames(name));

  describe.each(names)('%s', (name) => {
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
}

/** Restores that move nothing: what takes long is to delete all of it again. */
export const isAboutDeletion = (name: string): boolean => /^(nothing is lost|the same)/.test(name);
