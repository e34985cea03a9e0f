import { quietly } from './cloud-formation';
import type { CloudFormation } from './cloud-formation';
import { awsOf, callsOf, deploy } from './fixture';
import { regionOptIn } from '../../lambda/region/opt-in';
import { startFixture } from '../rehearsal/aws/fixture';
import type { Fixture } from '../rehearsal/aws/fixture';

const SUCCESS = expect.objectContaining({ Status: 'SUCCESS' });
const failure = (reason: string) => expect.objectContaining({ Status: 'FAILED', Reason: expect.stringContaining(reason) });

let fixture: Fixture;
let stack: CloudFormation;
quietly();
beforeEach(async () => {
  fixture = await startFixture();
  stack = deploy(regionOptIn(awsOf(fixture)));
});
afterEach(async () => fixture.close());

test.each(['CHECK', 'ENABLE'] as const)('%s is content with a Region that is opted in, and writes nothing', async (Mode) => {
  expect(await stack.create({ Mode })).toEqual(SUCCESS);
  expect(callsOf(fixture)).toEqual(['DescribeRegionSettings']);
});

test.each([[false, 'AWS Backup is opted out of EFS in this Region'], [undefined, 'AWS Backup has no setting for EFS in this Region']])
('CHECK fails where EFS is %s, and says how to turn it on', async (value, reason) => {
  value === undefined ? fixture.service.optIns.delete('EFS') : fixture.service.optIns.set('EFS', value);
  const response = await stack.create({ Mode: 'CHECK' });
  expect(response).toEqual(failure(reason));
  expect(response.Reason).toContain("aws backup update-region-settings --resource-type-opt-in-preference EFS=true), or set 'mode' to RegionOptInMode.ENABLE");
  expect(callsOf(fixture)).not.toContain('UpdateRegionSettings');
});

test('ENABLE turns on EFS and nothing else', async () => {
  fixture.service.optIns.set('EFS', false);
  expect(await stack.create({ Mode: 'ENABLE' })).toEqual(SUCCESS);
  expect(Object.fromEntries(fixture.service.optIns)).toEqual({ DynamoDB: false, EBS: true, EFS: true });
  expect(fixture.service.requests.find(({ operation }) => operation === 'UpdateRegionSettings')!.input).toEqual({ ResourceTypeOptInPreference: { EFS: true } });
});

test('a change from CHECK to ENABLE turns it on', async () => {
  await stack.create({ Mode: 'CHECK' });
  fixture.service.optIns.set('EFS', false);
  expect(await stack.update({ Mode: 'ENABLE' })).toEqual(SUCCESS);
  expect(fixture.service.optIns.get('EFS')).toBe(true);
});

test('the deletion leaves the Region as it is, and asks for nothing', async () => {
  fixture.service.optIns.set('EFS', false);
  await stack.create({ Mode: 'ENABLE' });
  fixture.service.requests.length = 0;
  expect(await stack.delete()).toEqual(SUCCESS);
  expect([fixture.service.optIns.get('EFS'), callsOf(fixture)]).toEqual([true, []]);
});

test.each(['THROTTLE', 'INTERNAL_ERROR', 'ANSWER_LOST', 'ACCESS_DENIED'] as const)('gets over %s', async (fault) => {
  fixture.service.optIns.set('EFS', false);
  fixture.service.faults.add({ operation: 'DescribeRegionSettings', fault });
  fixture.service.faults.add({ operation: 'UpdateRegionSettings', fault });
  expect(await stack.create({ Mode: 'ENABLE' })).toEqual(SUCCESS);
});

test('a denial that stays fails with its name', async () => {
  fixture.service.faults.add({ operation: 'DescribeRegionSettings', fault: 'ACCESS_DENIED', times: Infinity });
  expect(await stack.create({ Mode: 'CHECK' })).toEqual(failure('AccessDeniedException: Insufficient privileges'));
  expect(callsOf(fixture).length).toBeLessThan(10);
});
