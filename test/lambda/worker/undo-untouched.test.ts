import * as fs from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { Directory } from '../../../lambda/fs/directory';
import { isUntouched } from '../../../lambda/worker/undo/is-untouched';
import { intercept } from '../../helpers/fault';
import { build, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const top = useTempDirectory();
/** The clocks of file systems tick every few milliseconds. */
const TICK_MILLISECONDS = 20;
const DIRECTORIES = 20;

test.each(Array.from({ length: DIRECTORIES }, (_, index) => [index]))('what was written in directory %i is seen, in whatever order many are looked at', async (written) => {
  build(top(), { big: Object.fromEntries(Array.from({ length: DIRECTORIES }, (_, index) => [`d${index}`, { f: 'f' } satisfies Tree])) });
  const instant = fs.statSync(`${top()}/big/d${DIRECTORIES - 1}`, { bigint: true }).ctimeNs;
  await wait(TICK_MILLISECONDS);
  fs.writeFileSync(`${top()}/big/d${written}/f`, 'written');
  const root = await Directory.open(top());
  let calls = 0;
  const { stop } = intercept(async ({ operation }) => {
    calls += 1;
    await (operation === 'handle.stat' ? wait(calls % 7) : undefined); // some answers come late
  });
  try {
    expect(await isUntouched(root, root, 'big', instant, () => false)).toBe(false);
  } finally {
    stop();
    await root.close();
  }
});
