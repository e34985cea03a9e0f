import { Template } from 'aws-cdk-lib/assertions';
import { EfsBackup, EfsRegionOptIn, RegionOptInMode } from '../../src';
import { CONTEXTS, makeStack, permissionsOf, theOne } from '../restore/fixture';

const actions = (mode?: RegionOptInMode, context = {}) => {
  const stack = makeStack(context);
  new EfsRegionOptIn(stack, 'OptIn', { mode });
  return permissionsOf(stack, 'CdkEfsBackupRegionOptInFunctionServiceRole').filter((line) => line.startsWith('backup:'));
};

describe.each(CONTEXTS)('with %s', (_name, context) => {
  test('checks by default, and may do nothing else then', () => {
    const stack = makeStack(context);
    new EfsRegionOptIn(stack, 'OptIn');
    expect(theOne(stack, 'Custom::EfsRegionOptIn', '')[1].Properties.Mode).toBe('CHECK');
    expect(actions(undefined, context)).toEqual(['backup:DescribeRegionSettings on *']);
  });

  test('writes only where it is told to', () => {
    expect(actions(RegionOptInMode.ENABLE, context)).toEqual(['backup:DescribeRegionSettings on *', 'backup:UpdateRegionSettings on *']);
  });
});

test('is no part of a backup, whose selections do not depend on the setting', () => {
  const stack = makeStack();
  new EfsBackup(stack, 'Backup');
  Template.fromStack(stack).resourceCountIs('Custom::EfsRegionOptIn', 0);
});
