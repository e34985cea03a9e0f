import * as fc from 'fast-check';
import { describeProblem } from '../../src/core/problem';
import { checkRecoveryPointArn } from '../../src/core/recovery-point-arn';

const HOME = { partition: 'aws', region: 'eu-central-1', account: '111122223333' };
const ARN = 'arn:aws:backup:eu-central-1:111122223333:recovery-point:1EB3B5E7-9EB0-435A-A80B-108B488B0D45';
const words = (arn: unknown, home = HOME) => checkRecoveryPointArn('recoveryPointArn', arn, home).map(describeProblem);

test('accepts a recovery point of EFS', () => {
  expect(words(ARN)).toEqual([]);
  expect(words(ARN.replace('arn:aws:', 'arn:aws-cn:'), { ...HOME, partition: 'aws-cn' })).toEqual([]);
});

test('checks nothing that is not known yet', () => {
  expect(checkRecoveryPointArn('recoveryPointArn', ARN.replace('arn:aws:', 'arn:aws-cn:'), {})).toEqual([]);
});

const EXAMPLE = 'arn:aws:backup:eu-central-1:111122223333:recovery-point:1EB3B5E7-9EB0-435A-A80B-108B488B0D45';
const TYPE = 'must be a recovery point of an EFS file system, and those are named arn:aws:backup:…:recovery-point:…';
const CHOOSE = 'choose a recovery point whose resource type is EFS (aws backup list-recovery-points-by-backup-vault --by-resource-type EFS)';

test.each<[string, string, string]>([
  ['a snapshot of EBS', 'arn:aws:ec2:eu-central-1::snapshot/snap-0123456789abcdef0', `${TYPE}, got "arn:aws:ec2:eu-central-1::snapshot/snap-0123456789abcdef0"; ${CHOOSE}`],
  ['an image of EC2', 'arn:aws:ec2:eu-central-1::image/ami-0123456789abcdef0', `${TYPE}, got "arn:aws:ec2:eu-central-1::image/ami-0123456789abcdef0"; ${CHOOSE}`],
  ['a snapshot of RDS', 'arn:aws:rds:eu-central-1:111122223333:snapshot:awsbackup:job-1', `${TYPE}, got "arn:aws:rds:eu-central-1:111122223333:snapshot:awsbackup:job-1"; ${CHOOSE}`],
  ['another service', 'arn:aws:rds:eu-central-1:111122223333:recovery-point:1', `${TYPE}, got "arn:aws:rds:eu-central-1:111122223333:recovery-point:1"; ${CHOOSE}`],
  ['a vault', 'arn:aws:backup:eu-central-1:111122223333:backup-vault:Vault', `${TYPE}, got "arn:aws:backup:eu-central-1:111122223333:backup-vault:Vault"; ${CHOOSE}`],
  ['the partition', ARN.replace('arn:aws:', 'arn:aws-us-gov:'), `must be in the partition 'aws', got "${ARN.replace('arn:aws:', 'arn:aws-us-gov:')}"; recovery points do not cross partitions: choose one of this partition`],
  ['the Region', ARN.replace('eu-central-1', 'eu-west-1'),
    `must be in the Region 'eu-central-1' of the file system, got "${ARN.replace('eu-central-1', 'eu-west-1')}"; copy the recovery point into a vault of this Region first (aws backup start-copy-job)`],
  ['the account', ARN.replace('111122223333', '444455556666'),
    `must be in the account '111122223333' of the file system, got "${ARN.replace('111122223333', '444455556666')}"; copy the recovery point into a vault of this account first (aws backup start-copy-job)`],
])('one problem, in exactly these words: %s', (_name, arn, expected) => {
  expect(words(arn)).toEqual([`'recoveryPointArn' ${expected}`]);
});

test.each([undefined, null, 7, {}, [ARN], '', 'latest', ' ' + ARN, 'ARN' + ARN.slice(3), 'arn:aws:backup', ARN.replaceAll(':', '：')])('%j is no ARN', (arn) => {
  expect(words(arn)).toEqual([expect.stringContaining(`must be the ARN of a recovery point${arn === undefined ? '' : ', got '}`)]);
  expect(words(arn)[0]).toMatch(new RegExp(`; write an ARN such as ${EXAMPLE}$`));
});

test.each([ARN + '\n', ARN + ' ', ARN + ':x', ARN + '/x', ARN + '*', ARN.replace('recovery-point:', 'Recovery-Point:'), ARN.slice(0, ARN.lastIndexOf(':') + 1) + '１'])('%j is not of EFS', (arn) => {
  expect(words(arn)).toEqual([expect.stringContaining(TYPE)]);
});

test('the Region and the account at once', () => {
  expect(words(ARN.replace('eu-central-1:111122223333', 'eu-west-1:444455556666'))).toHaveLength(2);
});

test('the type and the partition at once, and no advice to copy what cannot be copied', () => {
  expect(words('arn:aws-cn:ec2:cn-north-1::snapshot/snap-1')).toEqual([expect.stringContaining(TYPE), expect.stringContaining("must be in the partition 'aws'")]);
});

test('whatever is given, it is a problem or the real thing', () => {
  fc.assert(fc.property(fc.oneof(fc.anything(), fc.tuple(fc.nat(ARN.length), fc.string({ unit: 'binary' })).map(([end, rest]) => ARN.slice(0, end) + rest)), (arn) => {
    const legal = typeof arn === 'string' && arn.startsWith(ARN.slice(0, ARN.lastIndexOf(':') + 1)) && /^[A-Za-z0-9-]+$/.test(arn.slice(ARN.lastIndexOf(':') + 1));
    expect(words(arn).length === 0).toBe(legal);
  }), { numRuns: 1_000 });
});
