import { execFileSync } from 'node:child_process';
import { CfnParameter, Fn } from 'aws-cdk-lib/core';
import { shellWord } from '../../src/private/shell-word';
import { makeStack, wordOf } from '../restore/fixture';

/** What a shell makes of a word: its arguments, one a line. */
const asShellReads = (word: string) => execFileSync('sh', ['-c', `printf '%s\\n' ${word}`], { encoding: 'utf8' });

test.each([
  'plain', '', 'two words', "it's", "'", "''''", '"quoted"', 'back\\slash', '$HOME `id` $(id) !! ~ * ?', '; rm -rf / #', '{"items":["/it\'s/\\"x\\""]}', '/Grüße/日本',
])('a shell reads %j as it is', (text) => {
  expect(asShellReads(shellWord(text))).toBe(`${text}\n`);
});

test.each<[string, (token: string) => string, string]>([
  ['at the end', (token) => `it's ${token}`, "it's <Value>"],
  ['in the middle', (token) => `'${token}'s`, "'<Value>'s"],
  ['within another function', (token) => Fn.join("'", ["it's", token]), "it's'<Value>"],
  ['alone', (token) => token, '<Value>'],
])('with a token %s, what is known at synth is quoted', (_place, textOf, expected) => {
  const stack = makeStack();
  const word = wordOf(stack.resolve(shellWord(textOf(new CfnParameter(stack, 'Value').valueAsString))));
  expect(asShellReads(word)).toBe(`${expected}\n`);
});

test('in JSON with tokens in it', () => {
  const stack = makeStack();
  const items = ["/it's", `/${new CfnParameter(stack, 'Value').valueAsString}/that's`];
  const word = wordOf(stack.resolve(`start --input ${shellWord(stack.toJsonString({ items }))}`)).replace('start --input ', '');
  expect(JSON.parse(asShellReads(word))).toEqual({ items: ["/it's", "/<Value>/that's"] });
});
