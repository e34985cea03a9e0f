import { checkAccountId, checkOrganizationalUnitPath, checkOrganizationId } from '../../src/core/organization-id';

test.each([
  [checkAccountId, '123456789012'],
  [checkOrganizationId, 'o-a1b2c3d4e5'],
  [checkOrganizationalUnitPath, 'o-a1b2c3d4e5/r-ab12/ou-ab12-11111111'],
  [checkOrganizationalUnitPath, 'o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/ou-ab12-22222222'],
])('%p takes %s', (check, value) => {
  expect(check('it', value)).toEqual([]);
});

test.each([
  [checkAccountId, '1234'],
  [checkAccountId, '1234567890123'],
  [checkAccountId, '12345678901x'],
  [checkOrganizationId, 'a1b2c3d4e5'],
  [checkOrganizationId, 'o-short'],
  [checkOrganizationId, '*'],
  [checkOrganizationalUnitPath, 'ou-ab12-11111111'],
  [checkOrganizationalUnitPath, 'o-a1b2c3d4e5/r-ab12'],
  [checkOrganizationalUnitPath, 'o-a1b2c3d4e5/ou-ab12-11111111'],
  [checkOrganizationalUnitPath, '*'],
])('%p refuses %s, and shows it', (check, value) => {
  expect(check('it', value)).toEqual([expect.objectContaining({ subject: 'it', value })]);
});
