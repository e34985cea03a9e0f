import * as fc from 'fast-check';
import { cutToBytes, inOneLine, messageOf, plural, subjectOf } from '../../src/core/report-words';

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

test('an error that was given another name tells its own, and what it said', () => {
  const renamed = (error: object) => messageOf(JSON.stringify(error));
  expect(renamed({ Error: 'Rejected', Cause: 'not today' })).toBe('Rejected: not today');
  expect(renamed({ Error: 'States.Timeout' })).toBe('States.Timeout: no cause was given');
  expect(renamed({ Error: 'Error', Cause: '{"errorMessage":"it broke"}' })).toBe('Error: it broke');
  expect(renamed({ Error: 'A', Cause: JSON.stringify({ Error: 'B', Cause: 'c' }) })).toBe('A: B: c');
  expect(renamed({ Error: 7, Cause: 'c' })).toBe('{"Error":7,"Cause":"c"}');
  expect(renamed({ Error: 'A', Cause: 7 })).toBe('A: no cause was given');
});

test('a text in one line has no character that would write one, hide one or turn one round', () => {
  expect(inOneLine('/a b/ä/日/😀')).toBe('/a b/ä/日/😀');
  expect(inOneLine('a\nb\r\t\u0000\u007f\u0085\u200b\u202e\u2028\u2029\ufeff')).toBe('a\\u{a}b\\u{d}\\u{9}\\u{0}\\u{7f}\\u{85}\\u{200b}\\u{202e}\\u{2028}\\u{2029}\\u{feff}');
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
    expect(inOneLine(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  }));
});

test('a subject has no line breaks and at most 99 characters; one is one', () => {
  expect(subjectOf(`a\nü${'x'.repeat(200)}`)).toBe(`a  ${'x'.repeat(96)}`);
  expect([plural(1, 'entry', 'entries'), plural(2, 'entry', 'entries'), plural(0, 'file')]).toEqual(['1 entry', '2 entries', '0 files']);
});
