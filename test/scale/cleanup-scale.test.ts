import * as fs from 'node:fs';
import * as path from 'node:path';
import { differences, tableOf } from './document';
import { MOST_BYTES, outcomeOf, testScenarios } from './limits';
import { DELETE_CPU_SECONDS, LOOK_SECONDS, SKIP_SECONDS, USEFUL_SECONDS } from './rates';
import { WIDE } from './tree';
import { WorkerModel } from './worker-model';
import { Directory } from '../../lambda/fs/directory';
import { Deadline } from '../../lambda/runtime/deadline';
import { survey } from '../../lambda/worker/survey';
import { SimulatedTime } from '../../rehearsal/run/simulated-time';
import { LONGEST_RUN_MILLISECONDS } from '../../src/core/cleanup-turn';
import { formatRecoveryDirectoryName, RootEntryKind } from '../../src/core/recovery-directory';
import type { SurveyAnswer } from '../../src/core/worker';
import { endlessTime } from '../helpers/fault';
import { useTempDirectory } from '../helpers/temp-tree';

interface Results {
  readonly cases: { readonly memory: { readonly results: ReadonlyArray<{ readonly contender: string; readonly microsecondsPerEntry: number }> } };
}

testScenarios('cleanup');

test.each([
  ['cleanup of 100 of 5,000 directories, 1 worker', 100],
  ['cleanup of 66 of 5,000 directories, 8 workers', 66],
])('%s: it deletes as many, knows of all, and the state does not grow with them', async (name, deleted) => {
  const { execution, worker, largest } = await outcomeOf(name);

  expect(execution.output).toMatchObject({ totals: { directories: 5_000 } });
  expect(worker.restored.size).toBe(5_000 - deleted);
  expect(largest.bytes).toBeLessThan(0.6 * MOST_BYTES);
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
