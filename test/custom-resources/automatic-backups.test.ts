import { quietly } from './cloud-formation';
import type { CloudFormation } from './cloud-formation';
import { awsOf, callsOf, deploy, HASTY } from './fixture';
import { automaticBackups } from '../../lambda/file-system/automatic-backups';
import { startFixture } from '../rehearsal/aws/fixture';
import type { Fixture } from '../rehearsal/aws/fixture';

let fixture: Fixture;
let stack: CloudFormation;
let FileSystemId: string;
quietly();
beforeEach(async () => {
  fixture = await startFixture();
  ({ fileSystemId: FileSystemId } = fixture.fileSystem);
  stack = deploy(automaticBackups(awsOf(fixture), HASTY));
});
afterEach(async () => fixture.close());

const SUCCESS = expect.objectContaining({ Status: 'SUCCESS' });
const policy = () => fixture.fileSystem.backupPolicy;

test('turns automatic backups on, and is done once they are', async () => {
  expect(await stack.create({ FileSystemId, Status: 'ENABLED' })).toEqual(SUCCESS);
  expect(policy()).toBe('ENABLED');
  expect(callsOf(fixture)).toEqual([
    'DescribeBackupPolicy PolicyNotFound', // before anything is changed: what to go back to
    'DescribeBackupPolicy PolicyNotFound', 'PutBackupPolicy', 'DescribeBackupPolicy', 'DescribeBackupPolicy',
  ]);
});

test.each([
  ['DISABLED', 'ENABLED', 'DISABLED'], ['ENABLED', 'DISABLED', 'ENABLED'], ['ENABLING', 'DISABLED', 'ENABLED'], ['DISABLING', 'ENABLED', 'DISABLED'], [undefined, 'ENABLED', 'DISABLED'],
  ['ENABLED', 'ENABLED', 'ENABLED'], ['DISABLED', 'DISABLED', 'DISABLED'],
] as const)('what was %s is %s, and %s again after the deletion', async (before, Status, after) => {
  fixture.fileSystem.backupPolicy = before;
  expect(await stack.create({ FileSystemId, Status })).toEqual(SUCCESS);
  expect(policy()).toBe(Status);
  expect(await stack.delete()).toEqual(SUCCESS);
  expect(policy()).toBe(after);
});

test('changes nothing where everything is as it should be', async () => {
  fixture.fileSystem.backupPolicy = 'ENABLED';
  await stack.create({ FileSystemId, Status: 'ENABLED' });
  await stack.update({ FileSystemId, Status: 'ENABLED' });
  await stack.delete();
  expect(callsOf(fixture)).not.toContain('PutBackupPolicy');
});

test('a change of the status is no replacement, and what was there before both is remembered', async () => {
  fixture.fileSystem.backupPolicy = 'DISABLED';
  await stack.create({ FileSystemId, Status: 'ENABLED' });
  const before = stack.physicalId;
  expect(await stack.update({ FileSystemId, Status: 'DISABLED' })).toEqual(SUCCESS);
  expect([stack.physicalId, policy()]).toEqual([before, 'DISABLED']);
  expect(await stack.update({ FileSystemId, Status: 'ENABLED' })).toEqual(SUCCESS);
  expect([stack.physicalId, policy()]).toEqual([before, 'ENABLED']);
  await stack.delete();
  expect(policy()).toBe('DISABLED');
});

test('another file system is a replacement: the former one gets its former status back', async () => {
  const other = fixture.service.createFileSystem(fixture.root);
  other.backupPolicy = 'DISABLED';
  await stack.create({ FileSystemId, Status: 'ENABLED' });
  expect(await stack.update({ FileSystemId: other.fileSystemId, Status: 'ENABLED' })).toEqual(SUCCESS);
  expect([policy(), other.backupPolicy]).toEqual(['DISABLED', 'ENABLED']);
});

test('a creation that fails on its way is undone', async () => {
  fixture.service.faults.add({ operation: 'DescribeBackupPolicy', fault: 'ACCESS_DENIED', after: 2, times: 2 });
  expect(await stack.create({ FileSystemId, Status: 'ENABLED' })).toEqual(expect.objectContaining({ Status: 'FAILED', Reason: expect.stringContaining('AccessDeniedException') }));
  expect(policy()).toBe('DISABLED');
});

test('a creation that never came to a change has nothing to undo', async () => {
  const response = await stack.create({ FileSystemId: 'fs-0123456789abcdef0', Status: 'ENABLED' });
  expect(response).toEqual(expect.objectContaining({
    Status: 'FAILED', Reason: expect.stringContaining("'fileSystem' must be in this account and Region, and fs-0123456789abcdef0 is not; name another one"),
  }));
  expect(callsOf(fixture)).toEqual(['DescribeBackupPolicy FileSystemNotFound']);
});

test.each(['nothing-of-ours', 'automatic-backups/fs-1'])('the deletion of %s, which was never made, touches nothing', async (physicalId) => {
  expect(await stack.request('Delete', { FileSystemId, Status: 'ENABLED' }, physicalId)).toEqual(SUCCESS);
  expect(callsOf(fixture)).toEqual([]);
});

test('the deletion goes on where the file system is gone', async () => {
  await stack.create({ FileSystemId, Status: 'ENABLED' });
  fixture.service.fileSystems.clear();
  expect(await stack.delete()).toEqual(SUCCESS);
});

test('waits for a file system that is being changed', async () => {
  fixture.fileSystem.lifeCycleState = 'updating';
  stack.beforePoll = (poll) => {
    fixture.fileSystem.lifeCycleState = poll < 3 ? 'updating' : 'available';
  };
  expect(await stack.create({ FileSystemId, Status: 'ENABLED' })).toEqual(SUCCESS);
  expect(callsOf(fixture).filter((call) => call === 'PutBackupPolicy IncorrectFileSystemLifeCycleState')).toHaveLength(3);
});

test('says what it waited for when the patience is over', async () => {
  fixture.fileSystem.lifeCycleState = 'updating';
  const response = await stack.request('Create', { FileSystemId, Status: 'ENABLED' });
  expect(response).toEqual(expect.objectContaining({
    Status: 'FAILED', Reason: expect.stringContaining(`after 50 minutes, still waiting for the file system ${FileSystemId} to be available, so that its automatic backups can be ENABLED`),
  }));
});

test.each(['THROTTLE', 'TOO_MANY_REQUESTS', 'INTERNAL_ERROR', 'ANSWER_LOST', 'ACCESS_DENIED'] as const)('gets over %s', async (fault) => {
  fixture.service.faults.add({ operation: 'DescribeBackupPolicy', fault, times: 1 });
  fixture.service.faults.add({ operation: 'DescribeBackupPolicy', fault, after: 2, times: 1 });
  fixture.service.faults.add({ operation: 'PutBackupPolicy', fault, times: 1 });
  expect(await stack.create({ FileSystemId, Status: 'ENABLED' })).toEqual(SUCCESS);
  expect(policy()).toBe('ENABLED');
});

test('what is wrong for good fails at once, with the name of the error', async () => {
  fixture.fileSystem.backupPolicy = 'DISABLED';
  const response = await stack.create({ FileSystemId, Status: 'ON' });
  expect(response).toEqual(expect.objectContaining({ Status: 'FAILED', Reason: expect.stringContaining('BadRequest: Invalid status: ON') }));
});
