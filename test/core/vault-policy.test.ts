import * as fc from 'fast-check';
import { deniesAction } from '../../src/core/vault-policy';

const ROLE = 'arn:aws:iam::111122223333:role/workflow';
const RESTORE = 'backup:StartRestoreJob';
const policyOf = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const denial = (more: object = {}) => ({ Effect: 'Deny', Principal: '*', Action: RESTORE, Resource: '*', ...more });
const denies = (...statements: object[]) => deniesAction(policyOf(...statements), RESTORE, ROLE);
const condition = (operator: string, value: unknown, key = 'aws:PrincipalArn') => ({ Condition: { [operator]: { [key]: value } } });

test('no policy denies nothing', () => {
  expect([deniesAction(undefined, RESTORE, ROLE), deniesAction('{}', RESTORE, ROLE), denies()]).toEqual([false, false, false]);
});

test.each<[string, object]>([
  ['everybody', denial()],
  ['everybody, as AWS writes it', denial({ Principal: { AWS: '*' } })],
  ['the account', denial({ Principal: { AWS: '111122223333' } })],
  ['the account by its root', denial({ Principal: { AWS: ['arn:aws:iam::999999999999:root', 'arn:aws:iam::111122223333:root'] } })],
  ['the role', denial({ Principal: { AWS: ROLE } })],
  ['in a list of actions', denial({ Action: ['backup:DeleteRecoveryPoint', RESTORE] })],
  ['by a wildcard', denial({ Action: 'backup:Start*' })],
  ['in another case', denial({ Action: 'Backup:startrestorejob' })],
  ['all but another role', denial(condition('ArnNotLike', ['arn:aws:iam::111122223333:role/break-glass']))],
  ['all but another role, by text', denial(condition('StringNotEquals', 'arn:aws:iam::111122223333:role/break-glass'))],
  ['whoever is like it', denial(condition('ArnLike', 'arn:aws:iam::111122223333:role/work*'))],
  ['it by its ARN', denial(condition('StringEquals', [ROLE], 'AWS:principalarn'))],
])('%s: denied', (_name, statement) => {
  expect(denies(statement)).toBe(true);
  expect(denies({ Effect: 'Allow', Principal: '*', Action: RESTORE, Resource: '*' }, statement)).toBe(true); // a denial always wins
});

test.each<[string, object]>([
  ['an Allow', denial({ Effect: 'Allow' })],
  ['another action', denial({ Action: ['backup:DeleteRecoveryPoint', 'backup:StartCopyJob'] })],
  ['another account', denial({ Principal: { AWS: 'arn:aws:iam::999999999999:root' } })],
  ['a service', denial({ Principal: { Service: 'backup.amazonaws.com' } })],
  ['all but the role', denial(condition('ArnNotLike', [ROLE]))],
  ['all but those like it', denial(condition('StringNotLike', 'arn:aws:iam::*:role/work*'))],
  ['all but it, by its ARN', denial(condition('ArnNotEquals', ROLE))],
  ['all but it, by text', denial(condition('StringNotEquals', [ROLE]))],
  ['what only AWS can tell', denial(condition('StringEquals', 'o-a1b2c3d4e5', 'aws:PrincipalOrgID'))],
  ['an operator that is not known', denial(condition('StringEqualsIfExists', ROLE))],
])('%s: not certainly denied', (_name, statement) => {
  expect(denies(statement)).toBe(false);
});

test('what stands in an ARN is taken as it is, but for * and ?', () => {
  fc.assert(fc.property(fc.stringMatching(/^[a-z.+$^()[\]{}|-]{1,12}$/), (name) => {
    const role = `arn:aws:iam::111122223333:role/${name}`;
    expect(deniesAction(policyOf(denial(condition('ArnLike', role))), RESTORE, role)).toBe(true);
    expect(deniesAction(policyOf(denial(condition('ArnLike', role))), RESTORE, `${role}x`)).toBe(false);
    expect(deniesAction(policyOf(denial(condition('ArnLike', `${role.slice(0, -1)}?`))), RESTORE, role)).toBe(true);
  }));
});
