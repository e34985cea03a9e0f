import { FakeAws } from './fake-aws';
import { pages } from '../../lambda/control-plane/aws';

async function readAll(...tokens: Array<string | undefined>): Promise<Array<string | undefined>> {
  const asked: Array<string | undefined> = [];
  let index = 0;
  for await (const page of pages(async (token) => {
    asked.push(token);
    const next = tokens[index];
    index += 1;
    return { NextToken: next };
  })) {
    expect(page).toHaveProperty('NextToken');
  }
  return asked;
}

test.each<[string, Array<string | undefined>, Array<string | undefined>]>([
  ['one page', [undefined], [undefined]],
  ['three pages', ['a', 'b', undefined], [undefined, 'a', 'b']],
  ['an empty token at the end', ['a', ''], [undefined, 'a']],
])('reads %s', async (_name, tokens, asked) => {
  expect(await readAll(...tokens)).toEqual(asked);
});

test('a page that cannot be read ends the list with its error', async () => {
  await expect((async () => {
    for await (const _page of pages(async () => { throw new Error('throttled'); })) {
      throw new Error('no page was to come');
    }
  })()).rejects.toThrow('throttled');
});

test('the fake of these tests throws on what it was not told', async () => {
  const fake = new FakeAws().on('describeFileSystems', { FileSystemId: 'a' }, {});
  expect(() => fake.assertDone()).toThrow('never called: describeFileSystems');
  await expect(fake.aws.describeFileSystems({ FileSystemId: 'b' })).rejects.toThrow('the fake was not told of describeFileSystems({"FileSystemId":"b"})');
  await expect(fake.aws.describeFileSystems({ FileSystemId: 'a' })).rejects.toThrow('but of nothing more');
});
