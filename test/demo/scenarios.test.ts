import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { App } from 'aws-cdk-lib/core';
import { QuickStart } from '../../examples/quick-start';
import { LOST_FILE } from '../../rehearsal/demo/projects';
import { LOST, restoreScenario } from '../../rehearsal/demo/restore-scenario';
import type { RestoreScenarioProps } from '../../rehearsal/demo/restore-scenario';
import { SCENARIOS } from '../../rehearsal/demo/scenarios';
import { unlike } from '../../rehearsal/demo/unlike';

// .ci/run plays every scenario; here it is shown that a scenario whose restore went wrong would say so

const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'demo-test-'));
const assembly = path.join(temporary, 'assembly');

beforeAll(() => {
  const app = new App({ outdir: assembly });
  new QuickStart(app, 'QuickStart');
  app.synth();
});
afterAll(() => fs.rmSync(temporary, { recursive: true, force: true }));

const played: string[] = [];
async function play(props: Partial<RestoreScenarioProps>): Promise<string[]> {
  const base = path.join(temporary, String(played.push('')));
  const [root, workingDirectory] = ['file-system', 'aws'].map((name) => path.join(base, name));
  [root, workingDirectory].forEach((directory) => fs.mkdirSync(directory, { recursive: true }));
  const { faults } = await restoreScenario({ name: 'test', what: 'somebody tests', ...props }).play({
    assembly, root, workingDirectory, listener: () => { /* nobody watches */ }, say: () => { /* nobody listens */ },
  });
  return faults;
}

test('each scenario has a name of its own, which a command line can take, and says what happens', () => {
  const names = SCENARIOS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !/^[a-z]+(-[a-z]+)*$/.test(name))).toEqual([]);
  expect(SCENARIOS.filter(({ what }) => !/^\w.*[^.]$/.test(what))).toEqual([]);
  expect(SCENARIOS.filter(({ app }) => !fs.existsSync(path.join(__dirname, '..', '..', app)))).toEqual([]);
});

test('a restore that goes as it should has no faults', async () => {
  expect(await play({ report: { totals: { files: 1063, moved: 2 } } })).toEqual([]);
});

test('a restore that brings too little, and reports other figures than expected', async () => {
  const faults = await play({ request: { ...LOST, items: [LOST_FILE] }, report: { totals: { files: 1063 } } });
  expect(faults).toEqual(expect.arrayContaining(['report.totals.files is 1 instead of 1063', '/projects/beta is missing']));
});

test('a restore that changes what it must not, and leaves what it must not', async () => {
  const faults = await play({
    begin: (scene) => {
      scene.once('ReportSuccess', () => {
        fs.appendFileSync(scene.at('/projects/gamma/notes.md'), 'overwritten');
        fs.writeFileSync(scene.at('/left behind'), '');
      });
    },
    leaves: [/^aws-backup-lost/],
  });
  expect(faults).toEqual([
    expect.stringMatching(/^\/projects\/gamma\/notes\.md differs: sha256/), '/left behind should not be there', expect.stringContaining('nothing at the root has a name like'),
  ]);
});

test('a failure that ends well, and one that ends with another error or after it changed something', async () => {
  expect(await play({ error: 'MoveConflict' })).toEqual(expect.arrayContaining(['execution.status is "SUCCEEDED" instead of "FAILED"', '/projects/beta should not be there']));
  const faults = await play({
    error: 'MoveConflict',
    request: { items: ['no path'] },
    begin: (scene) => scene.once('ReportFailure', () => fs.rmSync(scene.at('/projects/gamma/run.sh'))),
  });
  expect(faults).toEqual(expect.arrayContaining(['report.error is "InvalidRestoreRequest" instead of "MoveConflict"', '/projects/gamma/run.sh is missing']));
});

describe('what is unlike', () => {
  test.each([
    [{ a: 1 }, { a: 1, b: 2 }, []],
    [{ a: { b: [{ c: 1 }] } }, { a: { b: [{ c: 1, d: 2 }] } }, []],
    [{ a: /^x/ }, { a: 'xy' }, []],
    [{ a: undefined }, {}, []],
    [{ a: /^x/ }, { a: 'y' }, ['it.a is "y", which is not like /^x/']],
    [{ a: /x/ }, {}, ['it.a is undefined, which is not like /x/']],
    [{ a: [] }, { a: [1] }, ['it.a has 1 elements instead of 0']],
    [[1, 2], [1, 3, 4], ['it has 3 elements instead of 2', 'it.1 is 3 instead of 2']],
    [{ a: { b: 1 } }, { a: null }, ['it.a is null instead of {"b":1}']],
    [{ a: {} }, { a: [] }, ['it.a is [] instead of {}']],
    [{ a: undefined }, { a: 1 }, ['it.a is 1 instead of undefined']],
  ])('%j of %j', (expected, actual, sentences) => {
    expect(unlike(expected, actual, 'it')).toEqual(sentences);
  });
});
