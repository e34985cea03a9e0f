import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { deleteRecoveryDirectory } from '../../../lambda/worker/delete';
import { move } from '../../../lambda/worker/move';
import { survey } from '../../../lambda/worker/survey';
import { verify } from '../../../lambda/worker/verify';
import { ConflictPolicy, RecoveryDirectoryDisposal } from '../../../src/core/restore-request';
import type { WorkerAnswer } from '../../../src/core/worker';
import { makeChain } from '../../helpers/chain';
import { timeFor } from '../../helpers/fault';
import { build, openDescriptors, recoveryName, useTempDirectory } from '../../helpers/temp-tree';

/** Enough for 128 KiB, and for the look of the tests, which take paths apart. */
const LEVELS = 600;
const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const CURSORS = '.cdk-efs-backup/cursors';
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
  fs.mkdirSync(`${top()}/${name}`);
  makeChain(`${top()}/${name}`, LEVELS);
  build(`${top()}/${name}`, { z: { f: 'four', g: 'four' } });
});
afterEach(async () => {
  await root.close();
  expect(openDescriptors(top())).toEqual([]);
});

const COUNTS = { files: 2, directories: LEVELS + 1, symbolicLinks: 0, others: 0, bytes: 8 };
type Previous = { readonly resume?: any };
type Call = (previous: Previous | undefined, deadline: Deadline) => Promise<WorkerAnswer>;
const rate = 1_000_000;
const surveyAll: Call = (previous, deadline) => survey(root, { operation: 'survey', contents: true, operationsPerSecond: rate, previous: previous as object }, deadline);
const cut: Call = (previous, deadline) => survey(root, { operation: 'survey', cut: { directory: name, shards: 3 }, operationsPerSecond: rate, previous: previous as object }, deadline);
const verifyAll: Call = (previous, deadline) =>
  verify(root, { operation: 'verify', directory: name, items: null, operationsPerSecond: rate, previous: previous as object }, deadline);
const plan: Call = (previous, deadline) => move(root, {
  operation: 'move', directory: name, conflictPolicy: ConflictPolicy.SKIP, dryRun: true, operationsPerSecond: rate, previous: previous as object,
}, deadline);
const remove: Call = (previous, deadline) => deleteRecoveryDirectory(root, {
  operation: 'delete',
  mode: 'QUARANTINE',
  directory: name,
  accessPointRoots: [],
  runningRestoreJobs: [],
  retentionSeconds: 0,
  graceSeconds: 1e9,
  restoredSince: '2026-11-23T02:00:00.000Z',
  disposal: RecoveryDirectoryDisposal.DELETE,
  operationsPerSecond: rate,
  previous: previous as object,
}, deadline);

const cursors = (): string[] => (fs.existsSync(`${top()}/${CURSORS}`) ? fs.readdirSync(`${top()}/${CURSORS}`) : []);
/** A cursor, wherever an answer has it. */
const cursorOf = (answer: WorkerAnswer): string => (answer as Previous).resume.cursor ?? (answer as Previous).resume.current.cursor;

async function goOn(call: Call, answer: WorkerAnswer, asks = 1e9): Promise<WorkerAnswer> {
  return call(answer as Previous, new Deadline(timeFor(asks)));
}
/** Stops near the end of the chain: 520 levels of it do not fit into an answer. */
const begin = (call: Call) => call(undefined, new Deadline(timeFor((call === plan ? 2 : 1) * (LEVELS - 40))));

describe.each<[string, Call, object]>([
  ['a survey', surveyAll, { entries: [{ content: { counts: COUNTS, unreadable: [] } }] }],
  ['a cut', cut, { shards: expect.any(Array) }],
  ['a verification', verifyAll, { verdict: 'PASSED', counts: COUNTS }],
  ['a dry run', plan, { outcome: 'PLANNED', counts: { moved: 2, failed: 0 }, plan: { moved: { files: 2, bytes: 8 } } }],
  ['the look before a quarantine', remove, { outcome: 'QUARANTINED' }],
])('%s of a chain whose names cannot be made shorter', (_, call, expected) => {
  test('goes on from a file of ours, which only root can read, and which is gone in the end', async () => {
    const first = await begin(call);
    expect(first.done).toBe(false);
    expect(cursorOf(first).length).toBeLessThan(200);
    const [file] = cursors();
    expect([cursors().length, fs.statSync(`${top()}/${CURSORS}/${file}`).mode % 0o1000, fs.statSync(`${top()}/${CURSORS}`).mode % 0o1000]).toEqual([1, 0o600, 0o700]);
    const second = await goOn(call, first, 20);
    expect(second.done).toBe(false);
    expect(await goOn(call, first, 20)).toMatchObject({ done: false }); // its answer was lost
    expect(await goOn(call, second)).toMatchObject({ ...expected, done: true });
    expect(cursors()).toEqual([]);
  });
});

test.each<[string, Call, object, () => void]>([
  ['a survey', surveyAll, { entries: [{ content: { counts: COUNTS, unreadable: [] } }] }, () => fs.appendFileSync(`${top()}/${CURSORS}/${cursors()[0]}`, ' ')],
  ['a verification', verifyAll, { verdict: 'PASSED', counts: COUNTS }, () => fs.rmSync(`${top()}/.cdk-efs-backup`, { recursive: true })],
  ['a dry run', plan, { outcome: 'PLANNED', counts: { moved: 2, failed: 0 } }, () => fs.rmSync(`${top()}/${CURSORS}/${cursors()[0]}`)],
])('%s begins anew where that file is lost, or is another one', async (_, call, expected, lose) => {
  const first = await begin(call);
  expect(first.done).toBe(false);
  lose();
  expect(await goOn(call, first)).toMatchObject({ ...expected, done: true });
});

describe('where no file can be written', () => {
  beforeEach(() => {
    fs.mkdirSync(`${top()}/.cdk-efs-backup`, { mode: 0o700 });
    fs.writeFileSync(`${top()}/${CURSORS}`, ''); // ENOTDIR, as good as EROFS or ENOSPC
  });
  const untilDone = async (call: Call) => {
    let answer = await begin(call);
    for (let calls = 0; !answer.done && calls < 50; calls += 1) {
      answer = await goOn(call, answer, 20);
    }
    return answer;
  };

  test('a survey leaves that directory, tells it by name, and looks into the others', async () => {
    const other = recoveryName(Date.UTC(2026, 10, 24, 3));
    build(top(), { [other]: { f: 'four' } });
    const answer = await untilDone(surveyAll);
    expect(answer).toMatchObject({
      done: true,
      entries: [
        { name, content: { unreadable: [{ path: expect.stringContaining(`/${name}/`), note: expect.stringContaining('so deep') }] } },
        { name: other, content: { counts: { files: 1 }, unreadable: [] } },
      ],
    });
  });

  test('a verification fails, a dry run and a deletion say what they could not look at', async () => {
    expect(await untilDone(verifyAll)).toMatchObject({ done: true, verdict: 'FAILED', findings: [expect.stringContaining('so deep')] });
    expect(await untilDone(plan)).toMatchObject({ done: true, counts: { failed: 1 } });
    expect(await untilDone(remove)).toMatchObject({ done: true, outcome: 'REFUSED', refusals: [{ reason: 'UNREADABLE', detail: expect.stringContaining('so deep') }] });
  });
});

test('what a call left that nobody went on from is removed by a later survey, and nothing else is', async () => {
  await begin(verifyAll);
  await begin(verifyAll);
  const [old, fresh] = cursors();
  const weekAgo = Date.now() / 1000 - 8 * 24 * 60 * 60;
  fs.writeFileSync(`${top()}/${CURSORS}/other`, '');
  ['other', old].forEach((file) => fs.utimesSync(`${top()}/${CURSORS}/${file}`, weekAgo, weekAgo));
  await survey(root, { operation: 'survey' }, new Deadline(timeFor(1e9)));
  expect(cursors().sort()).toEqual([fresh, 'other'].sort());
});

test('cursors in a directory of somebody else are not believed, and none is written there', async () => {
  const first = await begin(verifyAll);
  fs.chmodSync(`${top()}/.cdk-efs-backup`, 0o755);
  expect(await goOn(verifyAll, first)).toMatchObject({ done: true, verdict: 'PASSED', counts: COUNTS });
  expect(await begin(verifyAll)).toMatchObject({ done: true, verdict: 'FAILED', findings: [expect.stringContaining('so deep')] });
  expect(cursors()).toHaveLength(1);
});
