import * as fc from 'fast-check';
import { goodRequests, words } from './restore-requests';
import { RESTORE_REQUEST_SCHEMA } from '../../src/core/restore-request-schema';
import { violations } from '../helpers/json-schema';

const asJson = (value: unknown) => JSON.parse(JSON.stringify(value));
const wrong = (request: unknown) => violations(RESTORE_REQUEST_SCHEMA, asJson(request));
const { properties } = RESTORE_REQUEST_SCHEMA as { properties: Record<string, object> };

test('takes every request that is let through', () => {
  const seen = new Set<string>();
  fc.assert(fc.property(goodRequests, (request) => {
    Object.keys(request).forEach((key) => seen.add(key));
    expect(wrong(request)).toEqual([]);
  }), { numRuns: 1_000 });
  expect([...seen].sort()).toEqual(Object.keys(properties).sort());
});

test('takes what the defaults of a workflow complete', () => {
  expect(wrong({})).toEqual([]);
  expect(wrong({ dryRun: true })).toEqual([]);
});

/** What has a type and a place of its own in a request: how it is put in, and what does not fit there. */
const PLACES: Array<[string, (value: unknown) => object, fc.Arbitrary<unknown>]> = [
  ...(['fullRestore', 'dryRun', 'allowConcurrentRestores'] as const).map((key) => [key, (value: unknown) => ({ [key]: value }), notOf('boolean')] as never),
  ...(['itemsSeenFrom', 'backupVaultName', 'recoveryPointArn', 'recoveryPointCreatedBefore'] as const)
    .map((key) => [key, (value: unknown) => ({ [key]: value }), notOf('string')] as never),
  ...(['afterRestore', 'conflictPolicy', 'recoveryDirectory'] as const)
    .map((key) => [key, (value: unknown) => ({ [key]: value }), fc.oneof(notOf('string'), fc.constantFrom('move', 'keep', '', 'DELETED'))] as never),
  ['items', (value) => ({ items: value }), notOf('list')],
  ['an item', (value) => ({ items: [value] }), notOf('string')],
  ['newFileSystem', (value) => ({ newFileSystem: value }), notOf('object')],
  ['newFileSystem.encrypted', (value) => ({ newFileSystem: { encrypted: value } }), notOf('boolean')],
  ['newFileSystem.performanceMode', (value) => ({ newFileSystem: { performanceMode: value } }), fc.oneof(notOf('string'), fc.constant('MAX_IO'))],
  ...(['creationToken', 'kmsKeyId', 'availabilityZoneName'] as const)
    .map((key) => [`newFileSystem.${key}`, (value: unknown) => ({ newFileSystem: { [key]: value } }), notOf('string')] as never),
  ['expectations', (value) => ({ expectations: value }), notOf('list')],
  ['an expectation', (value) => ({ expectations: [value] }), notOf('object')],
  ['an expectation without a path', (value) => ({ expectations: [{ atLeastFiles: value }] }), fc.nat()],
  ['its path', (value) => ({ expectations: [{ path: value }] }), notOf('string')],
  ['its files', (value) => ({ expectations: [{ path: '/a', atLeastFiles: value }] }), fc.oneof(notOf('number'), fc.constantFrom(-1, 0.5))],
  ['its age', (value) => ({ expectations: [{ path: '/a', newestFileWithinSeconds: value }] }), fc.oneof(notOf('number'), fc.constantFrom(-1, -0.5))],
  ['its digest', (value) => ({ expectations: [{ path: '/a', sha256: value }] }), notOf('string')],
];

/** Any JSON but what is of that type. */
function notOf(type: 'boolean' | 'string' | 'number' | 'list' | 'object'): fc.Arbitrary<unknown> {
  const typeOf = (value: unknown) => (Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value);
  return fc.jsonValue().filter((value) => typeOf(value) !== type);
}

describe('refuses, as the check does, what has the wrong type:', () => {
  test.each(PLACES)('%s', (_name, put, values) => {
    fc.assert(fc.property(goodRequests, values, (request, value) => {
      const broken = { ...request, ...put(value) };
      expect(words(asJson(broken))).not.toEqual([]);
      expect(wrong(broken)).not.toEqual([]);
    }));
  });
});

describe('refuses, as the check does, a key that is not known:', () => {
  const key = fc.oneof(fc.constantFrom('Items', 'toString', 'constructor', '__proto__', ''), fc.string()).filter((name) => !Object.keys(properties).includes(name)
    && !['path', 'atLeastFiles', 'newestFileWithinSeconds', 'sha256', 'creationToken', 'encrypted', 'kmsKeyId', 'performanceMode', 'availabilityZoneName'].includes(name));

  test.each<[string, (more: object) => object]>([
    ['in the request', (more) => more],
    ['in the new file system', (more) => ({ newFileSystem: more })],
    ['in an expectation', (more) => ({ expectations: [{ path: '/a', ...more }] })],
  ])('%s', (_name, put) => {
    fc.assert(fc.property(goodRequests, key, (request, name) => {
      const more = Object.fromEntries([[name, 'x']]);
      const broken = { ...request, ...put(more) };
      expect(words(asJson(broken))).not.toEqual([]);
      expect(wrong(broken)).not.toEqual([]);
    }));
  });
});

test.each([null, 'text', 7, true, []])('%j is no request', (input) => {
  expect(wrong(input)).toHaveLength(1);
});
