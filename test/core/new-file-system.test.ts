import * as fc from 'fast-check';
import { checkNewFileSystem, NewFileSystemPerformanceMode } from '../../src/core/new-file-system';
import type { NewFileSystem } from '../../src/core/new-file-system';
import { describeProblem } from '../../src/core/problem';

const TOKEN = '${Token[TOKEN.1]}';
const words = (input: unknown) => checkNewFileSystem('newFileSystem', input, (value) => value === TOKEN).map(describeProblem);

test.each<NewFileSystem>([
  {},
  { creationToken: 'x'.repeat(64), encrypted: true, kmsKeyId: 'alias/files', performanceMode: NewFileSystemPerformanceMode.GENERAL_PURPOSE, availabilityZoneName: 'eu-central-1a' },
  { encrypted: false, performanceMode: NewFileSystemPerformanceMode.MAX_IO },
  { kmsKeyId: 'arn:aws:kms:eu-central-1:111122223333:key/mrk-1' },
  { availabilityZoneName: 'us-gov-west-1b' }, { availabilityZoneName: 'ap-southeast-2c' },
  {
    creationToken: TOKEN,
    encrypted: TOKEN as unknown as boolean,
    kmsKeyId: TOKEN,
    performanceMode: TOKEN as NewFileSystemPerformanceMode,
    availabilityZoneName: TOKEN,
  },
])('%j is right', (input) => {
  expect(words(input)).toEqual([]);
});

test.each<[unknown, string]>([
  [null, "'newFileSystem' must be an object, got null; write {} for a new file system like the one that was backed up"],
  [true, "'newFileSystem' must be an object, got true; write {} for a new file system like the one that was backed up"],
  [[], "'newFileSystem' must be an object, got []; write {} for a new file system like the one that was backed up"],
  [{ kmsKey: 'k' }, "'newFileSystem.kmsKey' is not a key of it; the keys are creationToken, encrypted, kmsKeyId, performanceMode, availabilityZoneName"],
  [JSON.parse('{"__proto__":1}'), "'newFileSystem.__proto__' is not a key of it; the keys are creationToken, encrypted, kmsKeyId, performanceMode, availabilityZoneName"],
  [{ creationToken: '' }, "'newFileSystem.creationToken' must be 1 to 64 characters, got \"\"; shorten it, or leave it out"],
  [{ creationToken: 'x'.repeat(65) }, `'newFileSystem.creationToken' must be 1 to 64 characters, got "${'x'.repeat(65)}"; shorten it, or leave it out`],
  [{ creationToken: 7 }, "'newFileSystem.creationToken' must be 1 to 64 characters, got 7; shorten it, or leave it out"],
  [{ encrypted: 'true' }, "'newFileSystem.encrypted' must be true or false, got \"true\"; write true or false without quotes"],
  [{ encrypted: null }, "'newFileSystem.encrypted' must be true or false, got null; write true or false without quotes"],
  [{ kmsKeyId: 'my key' }, '\'newFileSystem.kmsKeyId\' must be the id, the ARN or the alias of a KMS key, got "my key"; write for example "alias/files", or leave it out'],
  [{ performanceMode: 'MAX_IO' }, "'newFileSystem.performanceMode' must be one of generalPurpose, maxIO, got \"MAX_IO\"; write one of them, or leave it out"],
  [{ availabilityZoneName: 'eu-central-1' },
    '\'newFileSystem.availabilityZoneName\' must be the name of an Availability Zone, got "eu-central-1"; write for example "eu-central-1a", or leave it out for a Regional file system'],
  [{ availabilityZoneName: 'euc1-az1' },
    '\'newFileSystem.availabilityZoneName\' must be the name of an Availability Zone, got "euc1-az1"; write for example "eu-central-1a", or leave it out for a Regional file system'],
  [{ kmsKeyId: 'alias/files', encrypted: false }, "'newFileSystem.encrypted' must be true with 'kmsKeyId', got false; leave out one of the two"],
  [{ availabilityZoneName: 'eu-central-1a', performanceMode: 'maxIO' },
    "'newFileSystem.performanceMode' must not be maxIO with 'availabilityZoneName', since One Zone has no such mode, got \"maxIO\"; leave it out"],
])('one problem, in exactly these words: %j', (input, expected) => {
  expect(words(input)).toEqual([expected]);
});

test('all problems at once', () => {
  expect(words({ creationToken: '', encrypted: 1, kmsKeyId: '', performanceMode: '', availabilityZoneName: '', more: 1 })).toHaveLength(6);
});

test('whatever comes in, the check answers', () => {
  const keys = fc.constantFrom('creationToken', 'encrypted', 'kmsKeyId', 'performanceMode', 'availabilityZoneName', 'constructor');
  fc.assert(fc.property(fc.oneof(fc.anything(), fc.dictionary(keys, fc.anything())), (input) => {
    for (const text of words(input)) {
      expect(text).toMatch(/^'newFileSystem.*' (must|is) .+; .+$/s);
    }
  }));
});
