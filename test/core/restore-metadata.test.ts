import * as fc from 'fast-check';
import { NewFileSystemPerformanceMode } from '../../src/core/new-file-system';
import { describeProblems } from '../../src/core/problem';
import { buildRestoreMetadata, checkRestoreMetadataSize, LARGEST_METADATA_BYTES } from '../../src/core/restore-metadata';

/** As GetRecoveryPointRestoreMetadata answers for EFS. */
const RECOVERY_POINT = { 'file-system-id': 'fs-0123456789abcdef0', 'Encrypted': 'true', 'KmsKeyId': 'arn:aws:kms:…:key/1', 'PerformanceMode': 'generalPurpose', 'CreationToken': 'token', 'newFileSystem': 'true' };
const build = (items?: string[], recoveryPointMetadata: Record<string, string> = RECOVERY_POINT) => buildRestoreMetadata({ recoveryPointMetadata, fileSystemId: 'fs-0fedcba9876543210', items });

test('of items: exactly this map', () => {
  expect(build(['/data/a.txt', '/e"tc'])).toEqual({
    'file-system-id': 'fs-0fedcba9876543210',
    'newFileSystem': 'false',
    'Encrypted': 'true',
    'KmsKeyId': 'arn:aws:kms:…:key/1',
    'PerformanceMode': 'generalPurpose',
    'CreationToken': 'token',
    'ItemsToRestore': '["/data/a.txt","/e\\"tc"]',
  });
});

test('of everything: no items at all', () => {
  expect(Object.keys(build())).not.toContain('ItemsToRestore');
  expect(build(undefined, {})).toEqual({ 'file-system-id': 'fs-0fedcba9876543210', 'newFileSystem': 'false' });
});

test('nothing that the recovery point says competes with what we decide, however it is written', () => {
  expect(build(['/a'], { 'newFilesystem': 'true', 'itemsToRestore': '["/b"]', 'ItemsToRestore': '["/c"]', 'FILE-SYSTEM-ID': 'fs-other' }))
    .toEqual({ 'file-system-id': 'fs-0fedcba9876543210', 'newFileSystem': 'false', 'ItemsToRestore': '["/a"]' });
  expect(build(undefined, { itemsToRestore: '["/b"]' })).toEqual({ 'file-system-id': 'fs-0fedcba9876543210', 'newFileSystem': 'false' });
});

test('a map of texts, from which the items come back as they were', () => {
  fc.assert(fc.property(fc.array(fc.string()), fc.dictionary(fc.string(), fc.string()), (items, recoveryPoint) => {
    const metadata = build(items, recoveryPoint);
    expect(Object.values(metadata).every((value) => typeof value === 'string')).toBe(true);
    expect(JSON.parse(metadata.ItemsToRestore)).toEqual(items);
  }));
});

describe('of a new file system', () => {
  const OURS = { 'file-system-id': 'fs-0fedcba9876543210', 'newFileSystem': 'true', 'CreationToken': 'mine' };
  const make = (newFileSystem: object, recoveryPointMetadata: Record<string, string> = RECOVERY_POINT) =>
    buildRestoreMetadata({ recoveryPointMetadata, fileSystemId: 'fs-0fedcba9876543210', newFileSystem: { creationToken: 'mine', ...newFileSystem } });

  test('that says nothing: encrypted with the key of AWS, performance as it was, and with a token of its own', () => {
    expect(make({})).toEqual({ ...OURS, Encrypted: 'true', PerformanceMode: 'generalPurpose' });
    expect(make({}, {})).toEqual({ ...OURS, Encrypted: 'true' });
  });

  test('that says everything: exactly this map', () => {
    const all = { kmsKeyId: 'alias/files', performanceMode: NewFileSystemPerformanceMode.MAX_IO, availabilityZoneName: 'eu-central-1a' };
    expect(make(all)).toEqual({
      ...OURS, Encrypted: 'true', KmsKeyId: 'alias/files', PerformanceMode: 'maxIO', singleAzFilesystem: 'true', availabilityZoneName: 'eu-central-1a',
    });
    expect(make({ encrypted: false })).toEqual({ ...OURS, Encrypted: 'false', PerformanceMode: 'generalPurpose' });
  });

  test('takes none of these from the recovery point, however they are written', () => {
    const recoveryPoint = {
      creationtoken: 'theirs', ENCRYPTED: 'false', kmsKeyId: 'theirs', singleAzFilesystem: 'true', AvailabilityZoneName: 'eu-central-1b', performanceMode: 'maxIO', newFilesystem: 'false',
    };
    expect(make({}, recoveryPoint)).toEqual({ ...OURS, Encrypted: 'true', performanceMode: 'maxIO' });
    expect(make({ performanceMode: NewFileSystemPerformanceMode.GENERAL_PURPOSE }, recoveryPoint)).toEqual({ ...OURS, Encrypted: 'true', PerformanceMode: 'generalPurpose' });
  });

  test('can be given items, too', () => {
    expect(buildRestoreMetadata({ recoveryPointMetadata: {}, fileSystemId: 'fs-0fedcba9876543210', items: ['/a'], newFileSystem: { creationToken: 'mine' } }))
      .toEqual({ ...OURS, Encrypted: 'true', ItemsToRestore: '["/a"]' });
  });

  test('is a map of texts that names each key once, whatever their case', () => {
    const keys = fc.constantFrom('CreationToken', 'creationToken', 'Encrypted', 'encrypted', 'KmsKeyId', 'PerformanceMode', 'performanceMode', 'singleAzFilesystem', 'newFileSystem', 'other');
    const given = fc.record({
      encrypted: fc.boolean(), kmsKeyId: fc.constant('k'), performanceMode: fc.constantFrom(...Object.values(NewFileSystemPerformanceMode)), availabilityZoneName: fc.constant('eu-central-1a'),
    }, { requiredKeys: [] });
    fc.assert(fc.property(given, keys, fc.string(), (newFileSystem, key, value) => {
      const metadata = make(newFileSystem, { [key]: value });
      const names = Object.keys(metadata).map((name) => name.toLowerCase());
      expect(new Set(names).size).toBe(names.length);
      expect(Object.values(metadata).every((each) => typeof each === 'string')).toBe(true);
      expect(metadata).toMatchObject(OURS);
    }));
  });
});

describe('the size', () => {
  /** Metadata of exactly so many bytes of JSON. */
  const ofBytes = (bytes: number, character = 'x') => {
    const frame = Buffer.byteLength(JSON.stringify({ ItemsToRestore: '' }));
    const width = Buffer.byteLength(character);
    const padding = 'x'.repeat((bytes - frame) % width);
    return { ItemsToRestore: character.repeat(Math.floor((bytes - frame) / width)) + padding };
  };

  test.each(['x', 'ä', '日', '😀'])('counts bytes, not characters: %s', (character) => {
    expect(checkRestoreMetadataSize(ofBytes(LARGEST_METADATA_BYTES, character))).toEqual([]);
    expect(checkRestoreMetadataSize(ofBytes(LARGEST_METADATA_BYTES + 1, character))).toHaveLength(1);
  });

  test('the smaller reading of 200 KB, in exactly these words', () => {
    expect(describeProblems(checkRestoreMetadataSize(ofBytes(200_001))))
      .toBe("'items' must fit into 200000 bytes of restore metadata, the limit of AWS Backup, got \"200001 bytes\"; restore common parent directories instead, or start several restores");
  });

  test('nothing is small enough', () => {
    expect(checkRestoreMetadataSize({})).toEqual([]);
  });
});
