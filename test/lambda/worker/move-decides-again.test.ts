import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { move } from '../../../lambda/worker/move';
import { undo } from '../../../lambda/worker/undo';
import { ConflictPolicy } from '../../../src/core/restore-request';
import type { MoveAnswer } from '../../../src/core/worker';
import { endlessTime, intercept } from '../../helpers/fault';
import type { Call } from '../../helpers/fault';
import { build, file, outline, recoveryName, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const { REPLACE, REPLACE_IF_OLDER } = ConflictPolicy;
const [OLD, MIDDLE, NEW] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 5, 1), Date.UTC(2026, 8, 1)];
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

const run = (conflictPolicy: ConflictPolicy): Promise<MoveAnswer> => move(root, { operation: 'move', directory: name, conflictPolicy }, new Deadline(endlessTime));
/** Runs a move; the action happens just before each call that matches. */
async function interfering(policy: ConflictPolicy, matches: (call: Call) => boolean, action: (call: Call) => void): Promise<MoveAnswer> {
  let times = 0;
  const { stop } = intercept((call) => {
    if (matches(call)) {
      times += 1;
      action(call);
    }
  });
  const answer = await run(policy).finally(stop);
  expect(times).toBeGreaterThan(0);
  return answer;
}
const COUNT = 40;
const many = (content: string, mtime: number): Tree => Object.fromEntries(Array.from({ length: COUNT }, (_, index) => [`f${String(index).padStart(2, '0')}`, file(content, { mtime })]));
const live = (path: string) => fs.readFileSync(`${top()}/${path}`, 'utf8');
const save = (path: string, content: string) => {
  fs.writeFileSync(`${top()}/${path}`, content);
  fs.utimesSync(`${top()}/${path}`, NEW / 1000, NEW / 1000);
};
/** The first entry goes into its place: all of the directory was looked at by then, and nothing else was done. */
const first = () => {
  let begun = false;
  return ({ operation, paths }: Call) => {
    const now = !begun && operation === 'rename' && paths[1].includes('/replaced/');
    begun ||= now;
    return now;
  };
};

test('REPLACE_IF_OLDER: what an application saves after the look and before its turn stays', async () => {
  build(top(), { d: many('live', OLD), [name]: { d: many('restored', MIDDLE) } });
  const saved: string[] = [];
  const answer = await interfering(REPLACE_IF_OLDER, first(), ({ paths }) => {
    for (const each of fs.readdirSync(`${top()}/d`).filter((other) => paths[0] !== `${top()}/d/${other}`)) {
      save(`d/${each}`, 'saved');
      saved.push(each);
    }
  });
  expect(saved).toHaveLength(COUNT - 1);
  expect(saved.map((each) => live(`d/${each}`))).toEqual(saved.map(() => 'saved'));
  expect(answer).toMatchObject({ outcome: 'MOVED', counts: { replaced: 1, skipped: COUNT - 1, failed: 0 } });
});

test('REPLACE_IF_OLDER: a live file that became a directory with work in it stays', async () => {
  build(top(), { d: many('live', OLD), [name]: { d: many('restored', MIDDLE) } });
  const answer = await interfering(REPLACE_IF_OLDER, first(), ({ paths }) => {
    const other = paths[0].endsWith('f20') ? 'f21' : 'f20';
    fs.unlinkSync(`${top()}/d/${other}`);
    build(`${top()}/d`, { [other]: { work: 'work' } });
  });
  expect(answer.counts).toMatchObject({ replaced: COUNT - 1, skipped: 1 });
  expect(Object.values(outline(`${top()}/d`))).toContain('file work');
});

describe('REPLACE_IF_OLDER: what is saved in the very moment in which it is displaced', () => {
  const displacing = ({ operation, paths }: Call) => operation === 'rename' && paths[0] === `${top()}/d/f`;
  beforeEach(() => build(top(), { d: { f: file('live', { mtime: OLD }) }, [name]: { d: { f: file('restored', { mtime: MIDDLE }) } } }));

  test.each<[string, () => void]>([
    ['in place', () => save('d/f', 'saved')],
    ['under another name, then renamed', () => save('d/new', 'saved') ?? fs.renameSync(`${top()}/d/new`, `${top()}/d/f`)],
  ])('%s, is put back', async (_, action) => {
    expect(await interfering(REPLACE_IF_OLDER, displacing, action)).toMatchObject({ outcome: 'MOVED', counts: { replaced: 0, skipped: 1, failed: 0 } });
    expect(live('d/f')).toBe('saved');
    expect(live(`${name}/d/f`)).toBe('restored');
  });

  test('and anew in the moment in which it is put back: the newest stays, and the other one is told', async () => {
    let step = 0;
    const { stop } = intercept((call) => {
      if (step === 0 && displacing(call)) {
        step = 1;
        save('d/f', 'saved');
      } else if (step === 1 && call.operation === 'link' && call.paths[1] === `${top()}/d/f`) {
        step = 2;
        save('d/f', 'saved again');
      }
    });
    const answer = await run(REPLACE_IF_OLDER).finally(stop);
    expect(step).toBe(2);
    expect(live('d/f')).toBe('saved again');
    expect(answer).toMatchObject({ counts: { skipped: 1 }, notes: [{ path: '/d/f', note: expect.stringContaining("what was there is kept at '/.cdk-efs-backup/") }] });
    expect(Object.values(outline(`${top()}/.cdk-efs-backup`))).toContain('file saved');
  });

  test('that took place before is undone as ever', async () => {
    await interfering(REPLACE_IF_OLDER, displacing, () => save('d/f', 'saved'));
    expect(await undo(root, { operation: 'undo', directory: name }, new Deadline(endlessTime))).toMatchObject({ outcome: 'UNDONE', counts: { left: 0 } });
    expect([live('d/f'), live(`${name}/d/f`)]).toEqual(['saved', 'restored']);
  });
});

test('REPLACE: a live file that became a directory, where one was restored, is merged with it', async () => {
  build(top(), { x: 'live', [name]: { x: { r: 'restored' } } });
  const answer = await interfering(REPLACE, ({ operation, paths }) => operation === 'rename' && paths[0] === `${top()}/x`, () => {
    if (fs.lstatSync(`${top()}/x`).isFile()) {
      fs.unlinkSync(`${top()}/x`);
      build(top(), { x: { work: 'work' } });
    }
  });
  expect(answer).toMatchObject({ outcome: 'MOVED', counts: { failed: 0, replaced: 0 } });
  expect(outline(`${top()}/x`)).toEqual({ r: 'file restored', work: 'file work' });
});
