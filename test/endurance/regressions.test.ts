import * as fs from 'node:fs';
import { call, deleting, following, moving, NAME, perform, undoing, withRoot, WORK } from './perform';
import { ConflictPolicy } from '../../src/core/restore-request';
import { errno, intercept, timeFor } from '../helpers/fault';
import { build, directory, fifo, hardLink, outline, useTempDirectory } from '../helpers/temp-tree';
import type { Tree } from '../helpers/temp-tree';

/** What the random rounds found, as small as it gets. */

let pipe: string;
afterEach(() => {
  if (fs.existsSync(pipe)) {
    fs.closeSync(fs.openSync(pipe, fs.constants.O_RDWR)); // whoever waits for its other end goes on
  }
});
const top = useTempDirectory();
beforeEach(() => {
  pipe = `${top()}/pipe`;
});

test.each([1, 2, 3])('in a directory that stays as it is, and cannot be looked through in one call, each call gets on (time for %i)', async (asks) => {
  const many = (content: string): Tree => Object.fromEntries(Array.from({ length: 2_500 }, (_, index) => [`f${index}`, content]));
  build(top(), { d: many('l'), [NAME]: { d: many('r') } });
  await withRoot(top(), async (root) => {
    const event = moving(ConflictPolicy.SKIP);
    const cursors = new Set<string>();
    let answer = await call(root, event, timeFor(asks));
    for (let calls = 1; calls < 10 && !answer.done; calls += 1) {
      expect(cursors).not.toContain(answer.resume!.cursor);
      cursors.add(answer.resume!.cursor!);
      answer = await call(root, following(event, answer), timeFor(asks));
    }
  });
});

test('a directory that was moved whole is taken back, though a file in it has another name elsewhere that was moved, too', async () => {
  build(top(), { [NAME]: { a: { f: '1' }, b: hardLink(`${NAME}/a/f`) } });
  const before = outline(top());
  await withRoot(top(), async (root) => {
    await perform(root, moving(ConflictPolicy.FAIL));
    expect(await perform(root, undoing)).toMatchObject({ outcome: 'UNDONE', counts: { movedBack: 2, left: 0 } });
  });
  expect(outline(top())).toMatchObject(before);
});

test('a file that somebody saves while the one before it is taken back stays', async () => {
  build(top(), { [NAME]: { f: 'restored' } });
  await withRoot(top(), async (root) => {
    await perform(root, moving(ConflictPolicy.FAIL));
    const { stop } = intercept(({ operation, paths }) => {
      if (['unlink', 'rename'].includes(operation) && paths[0] === `${top()}/f`) {
        fs.writeFileSync(`${top()}/new`, 'saved');
        fs.renameSync(`${top()}/new`, `${top()}/f`);
      }
    });
    await perform(root, undoing).finally(stop);
  });
  expect(Object.values(outline(top()))).toContain('file saved');
});

test('when a record cannot be read, nothing is in flight any more', async () => {
  build(top(), { [WORK]: directory({ [NAME]: {} }, { mode: 0o700 }), [NAME]: { f: '' } });
  let [ended, late, looks] = [false, 0, 0];
  const { stop } = intercept(({ operation, paths }) => {
    late += ended ? 1 : 0;
    looks += operation === 'lstat' && paths[0].endsWith(WORK) ? 1 : 0;
    if (looks === 2 && operation === 'lstat') {
      throw errno('EIO');
    }
  });
  try {
    await withRoot(top(), async (root) => {
      await expect(call(root, deleting())).rejects.toMatchObject({ code: 'EIO' });
      ended = true;
      for (let turn = 0; turn < 50; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
  } finally {
    stop();
  }
  expect(late).toBe(0);
});

test('a directory in the way of a record is told by its errno', async () => {
  build(top(), { [WORK]: directory({ [NAME]: { 'deleting.json.tmp': {} } }, { mode: 0o700 }), [NAME]: { f: '' } });
  await expect(withRoot(top(), (root) => call(root, deleting()))).rejects.toMatchObject({ code: expect.stringMatching(/^E[A-Z]+$/) });
});

test('a record that becomes a FIFO when it is read keeps nobody waiting', async () => {
  const record = `${top()}/${WORK}/${NAME}/quarantined.json`;
  build(top(), { pipe: fifo, [WORK]: directory({ [NAME]: { 'quarantined.json': '{}' } }, { mode: 0o700 }), [NAME]: { f: '' } });
  const { stop } = intercept(({ operation, paths }) => {
    if (operation === 'open' && paths[0] === record) {
      fs.rmSync(record);
      fs.linkSync(pipe, record);
    }
  });
  expect(await withRoot(top(), (root) => perform(root, deleting())).finally(stop)).toMatchObject({ outcome: 'DELETED' });
}, 20_000);
