import { Directory } from '../../../lambda/fs/directory';
import { Names } from '../../../lambda/fs/names';
import { build, openDescriptors, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';

const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

test('of a directory all are known, so whatever is not among them need not be asked for', async () => {
  build(top(), { 'd': { below: '' }, 'f': '', '\xff\n': '', 'l': symbolicLink('nowhere') });
  const names = await Names.list(root);
  expect([names.size, [...names.known].sort()]).toEqual([4, ['d', 'f', 'l', '\xff\n']]);
  expect(['d', 'f', 'l', '\xff\n', 'below', 'F', ''].map((name) => names.mayHave(name))).toEqual([true, true, true, true, false, false, false]);
  expect(openDescriptors(top())).toHaveLength(1);
});

test('those that are ignored count for nothing', async () => {
  build(top(), { a: '', b: '', ab: '' });
  const names = await Names.list(root, (name) => name.startsWith('a'));
  expect([names.size, [...names.known], names.mayHave('a'), names.mayHave('b')]).toEqual([1, ['b'], false, true]);
});

test('10,000 are kept, and beyond those nobody can rule out a name', async () => {
  const crowded = (count: number) => ({
    async *batches() {
      yield Array.from({ length: count }, (_, index) => ({ name: String(index), type: 'file' }));
    },
  }) as unknown as Directory;
  const all = await Names.list(crowded(10_000));
  expect([all.size, all.known.size, all.mayHave('17'), all.mayHave('nobody')]).toEqual([10_000, 10_000, true, false]);
  const most = await Names.list(crowded(10_001));
  expect([most.size, most.known.size, most.mayHave('17'), most.mayHave('nobody')]).toEqual([10_001, 10_000, true, true]);
});
