import * as efs from 'aws-cdk-lib/aws-efs';
import type { IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import { CfnParameter, Lazy, Stack } from 'aws-cdk-lib/core';
import { addWorkflow, CONTEXTS, failureOf, FILE_SYSTEM_ARN, fileSystemOf, IRELAND, makeStack, vaultOf, vpcOf } from './fixture';
import { BackedUpFileSystem } from '../../src/file-system';
import { isReplicationDestination } from '../../src/restore/replication-destination';

const source = (stack: Stack, destination: efs.IFileSystem, id = 'Source') => new efs.FileSystem(stack, id, {
  vpc: vpcOf(stack), encrypted: true, replicationConfiguration: efs.ReplicationConfiguration.existingFileSystem(destination),
});
const rawSource = (stack: Stack, fileSystemId: string) =>
  new efs.CfnFileSystem(stack, 'Source', { encrypted: true, replicationConfiguration: { destinations: [{ fileSystemId, region: 'eu-west-1' }] } });

describe.each(CONTEXTS)('with %s', (_name, context) => {
  test('the synth fails for a destination, with the way out', () => {
    const stack = makeStack(context);
    source(stack, fileSystemOf(stack));
    addWorkflow(stack);
    expect(failureOf(stack)).toContain('[Stack/Restore] \'fileSystem\' must not be the destination of a replication, because that is read-only, got '
      + '"Stack/FileSystem"; restore into the source of the replication, or delete the replication configuration first');
  });

  test('the synth fails if the replication is configured afterwards', () => {
    const stack = makeStack(context);
    addWorkflow(stack);
    source(stack, fileSystemOf(stack));
    expect(failureOf(stack)).toContain('must not be the destination of a replication');
  });

  test('the synth fails for a destination of another stack', () => {
    const stack = makeStack(context);
    source(new Stack(stack.node.root as never, 'Other'), fileSystemOf(stack));
    addWorkflow(stack);
    expect(failureOf(stack)).toContain('must not be the destination of a replication');
  });

  test('the synth of a source succeeds', () => {
    const stack = makeStack(context);
    addWorkflow(stack, { fileSystem: source(stack, fileSystemOf(stack)) });
    expect(failureOf(stack)).toBe('');
  });
});

test.each<[string, (stack: Stack) => [IFileSystemRef, string]]>([
  ['imported by ARN', (stack) => [efs.CfnFileSystem.fromFileSystemArn(stack, 'Imported', FILE_SYSTEM_ARN), 'fs-0123456789abcdef0']],
  ['imported by ID', (stack) => [efs.CfnFileSystem.fromFileSystemId(stack, 'Imported', 'fs-0123456789abcdef0'), 'fs-0123456789abcdef0']],
  ['of a parameter', (stack) => {
    const id = new CfnParameter(stack, 'Id').valueAsString;
    return [efs.CfnFileSystem.fromFileSystemId(stack, 'Imported', id), id];
  }],
  ['that is an L1', (stack) => {
    const fileSystem = new efs.CfnFileSystem(stack, 'Raw');
    return [fileSystem, fileSystem.attrFileSystemId];
  }],
  ['that is named lazily', (stack) => {
    const fileSystem = new efs.CfnFileSystem(stack, 'Raw');
    return [fileSystem, Lazy.string({ produce: () => fileSystem.ref })];
  }],
  ['that is a BackedUpFileSystem', (stack) => {
    const data = new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack) });
    return [data, data.fileSystem.fileSystemId];
  }],
])('knows a destination %s', (_name, make) => {
  const stack = makeStack({}, IRELAND);
  const [fileSystem, id] = make(stack);
  expect(isReplicationDestination(fileSystem)).toBe(false);
  rawSource(stack, id);
  expect(isReplicationDestination(fileSystem)).toBe(true);
});

test.each<[string, (stack: Stack) => void]>([
  ['no file system replicates', () => undefined],
  ['another file system is the destination', (stack) => source(stack, new efs.FileSystem(stack, 'Third', { vpc: vpcOf(stack), encrypted: true }))],
  ['the destination is made by the replication', (stack) => new efs.FileSystem(stack, 'Source', {
    vpc: vpcOf(stack), encrypted: true, replicationConfiguration: efs.ReplicationConfiguration.regionalFileSystem('eu-west-1'),
  })],
  ['an imported file system is the destination', (stack) => rawSource(stack, 'fs-0123456789abcdef0')],
])('is none where %s', (_name, arrange) => {
  const stack = makeStack({}, IRELAND);
  arrange(stack);
  addWorkflow(stack, { fileSystem: fileSystemOf(stack), backupVault: vaultOf(stack) });
  expect(isReplicationDestination(fileSystemOf(stack))).toBe(false);
  expect(failureOf(stack)).toBe('');
});
