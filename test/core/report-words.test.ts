import * as fc from 'fast-check';
import { cutToBytes, messageOf, plural, subjectOf } from '../../src/core/report-words';

test('what is cut has at most so many bytes as JSON, and is a beginning of what was given', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 20, max: 200 }), (text, most) => {
    const cut = cutToBytes(text, most);
    expect(Buffer.byteLength(JSON.stringify(cut)) - 2).toBeLessThanOrEqual(most);
    expect(cut === text || text.startsWith(cut.replace(/…$/, ''))).toBe(true);
  }));
  expect(cutToBytes('short', 20)).toBe('short');
  expect(cutToBytes('a'.repeat(100), 23)).toBe(`${'a'.repeat(20 - 1)}…`);
});

test('the message that a function threw is found in its JSON, and a cause that is none is itself', () => {
  expect(messageOf('{"errorMessage":"no"}')).toBe('no');
  expect([messageOf('plain'), messageOf('{"other":1}')]).toEqual(['plain', '{"other":1}']);
  expect([messageOf(undefined), messageOf(' '), messageOf('{"errorMessage":""}')]).toEqual(['no cause was given', 'no cause was given', 'no cause was given']);
});

test('a subject has no line breaks and at most 99 characters; one is one', () => {
  expect(subjectOf(`a\nü${'x'.repeat(200)}`)).toBe(`a  ${'x'.repeat(96)}`);
  expect([plural(1, 'entry', 'entries'), plural(2, 'entry', 'entries'), plural(0, 'file')]).toEqual(['1 entry', '2 entries', '0 files']);
});
