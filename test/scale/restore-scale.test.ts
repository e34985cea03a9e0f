import { tableOf } from './document';
import { isAboutDeletion, MOST_BYTES, simulation, testScenarios } from './limits';
import { SCENARIOS } from './scenarios';

testScenarios('restore', (name) => !isAboutDeletion(name));

test('docs/scale.md has no other scenarios', () => {
  expect(tableOf('scenario').map(({ scenario }) => scenario)).toEqual(Object.keys(SCENARIOS));
});

test('the longest request that is accepted fits into the state, with all that is told of it', async () => {
  const items = Array.from({ length: 50 }, (_, index) => `/projects/${String(index).padStart(230, 'n')}`);
  const scenario = SCENARIOS['50 items in 10 restore jobs, 8 workers'];

  const { execution, largest } = await simulation.run({ ...scenario, input: { ...scenario.input, items } });

  expect(execution).toMatchObject({ status: 'SUCCEEDED' });
  expect(largest.bytes).toBeLessThan(0.96 * MOST_BYTES);
});
