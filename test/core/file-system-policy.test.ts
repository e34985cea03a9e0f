import { allowsWithoutMount, deniedToBackup } from '../../src/core/file-system-policy';
import type { PolicyStatement } from '../../src/core/file-system-policy';

const deny = (statement: PolicyStatement): PolicyStatement => ({ Effect: 'Deny', Principal: { AWS: '*' }, ...statement });
const [BACKUP, RESTORE] = ['elasticfilesystem:Backup', 'elasticfilesystem:Restore'];
const VIA = 'elasticfilesystem:AccessedViaMountTarget';
const ROOT = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::123456789012:root']] };

test.each<[string, PolicyStatement, string[]]>([
  ['everything', { Action: '*' }, [BACKUP, RESTORE]],
  ['everything of EFS', { Action: ['s3:*', 'elasticfilesystem:*'] }, [BACKUP, RESTORE]],
  ['backups, spelled as in the user guide', { Action: 'elasticfilesystem:backup' }, [BACKUP]],
  ['what a pattern covers', { Action: 'elasticfilesystem:Rest?re' }, [RESTORE]],
  ['everything but what clients do', { NotAction: ['elasticfilesystem:Client*'] }, [BACKUP, RESTORE]],
  ['everything but backups', { NotAction: [BACKUP] }, [RESTORE]],
  ['everyone in another spelling', { Action: '*', Principal: '*' }, [BACKUP, RESTORE]],
  ['a whole account by its root', { Action: '*', Principal: { AWS: ['arn:aws:iam::123456789012:root'] } }, [BACKUP, RESTORE]],
  ['a whole account by a reference', { Action: '*', Principal: { AWS: ROOT } }, [BACKUP, RESTORE]],
  ['a whole account by its number', { Action: '*', Principal: { AWS: '123456789012' } }, [BACKUP, RESTORE]],
  ['what comes by no mount target', { Action: '*', Condition: { Bool: { [VIA]: 'false' } } }, [BACKUP, RESTORE]],
  ['the same as a boolean', { Action: '*', Condition: { BoolIfExists: { [VIA]: false } } }, [BACKUP, RESTORE]],
])('a Deny of %s shuts out AWS Backup', (_what, statement, expected) => {
  expect(deniedToBackup(deny(statement))).toEqual(expected);
});

test.each<[string, PolicyStatement]>([
  ['what clients do', { Action: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite', 'elasticfilesystem:ClientRootAccess'] }],
  ['what clients do, as a pattern', { Action: 'elasticfilesystem:Client*' }],
  ['plain text, since AWS Backup calls over TLS', { Action: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
  ['what comes by a mount target', { Action: '*', Condition: { Bool: { [VIA]: 'true' } } }],
  ['plain text by no mount target: both must hold', { Action: '*', Condition: { Bool: { [VIA]: 'false', 'aws:SecureTransport': 'false' } } }],
  ['what nobody can tell', { Action: '*', Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } } }],
  ['a role', { Action: '*', Principal: { AWS: 'arn:aws:iam::123456789012:role/nobody' } }],
  ['a role by reference', { Action: '*', Principal: { AWS: { 'Fn::GetAtt': ['Role', 'Arn'] } } }],
  ['a role whose name ends like the root', { Action: '*', Principal: { AWS: 'arn:aws:iam::123456789012:role/square-root' } }],
  ['a service', { Action: '*', Principal: { Service: 'lambda.amazonaws.com' } }],
  ['everyone but some', { Action: '*', Principal: undefined, NotPrincipal: { AWS: 'arn:aws:iam::123456789012:role/backup' } }],
  ['a reference', { Action: { Ref: 'Action' } as unknown as string }],
])('a Deny of %s does not, or nobody can tell', (_what, statement) => {
  expect(deniedToBackup(deny(statement))).toEqual([]);
});

test('an Allow denies nothing', () => {
  expect(deniedToBackup({ Effect: 'Allow', Principal: '*', Action: '*' })).toEqual([]);
});

test.each<[string, PolicyStatement[], boolean]>([
  ['writes only', [{ Effect: 'Allow', Action: 'elasticfilesystem:ClientWrite' }], true],
  ['acts as root, and may not mount', [{ Effect: 'Allow', Action: 'elasticfilesystem:ClientRootAccess' }, { Effect: 'Deny', Action: 'elasticfilesystem:ClientMount' }], true],
  ['mounts and writes', [{ Effect: 'Allow', Action: ['elasticfilesystem:ClientWrite', 'elasticfilesystem:ClientMount'] }], false],
  ['mounts by another statement', [{ Effect: 'Allow', Action: 'elasticfilesystem:ClientWrite' }, { Effect: 'Allow', Action: 'elasticfilesystem:Client*' }], false],
  ['mounts only', [{ Effect: 'Allow', Action: 'elasticfilesystem:ClientMount' }], false],
  ['is no client', [{ Effect: 'Allow', Action: 'elasticfilesystem:Backup' }], false],
])('a client that %s', (_what, statements, expected) => {
  expect(allowsWithoutMount(statements)).toBe(expected);
});
