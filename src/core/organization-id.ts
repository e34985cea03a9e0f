import type { Problem } from './problem';

/** The id of an account ("AWS account identifiers", AWS Account Management Reference Guide). */
const ACCOUNT = /^\d{12}$/;

/** `Id` (Organization, AWS Organizations API reference). */
const ORGANIZATION = /^o-[a-z0-9]{10,32}$/;

/**
 * The path of an organizational unit, from the organization down ("aws:PrincipalOrgPaths", IAM User Guide), made of `Id` of
 * Organization, Root and OrganizationalUnit (AWS Organizations API reference).
 */
const ORGANIZATIONAL_UNIT = /^o-[a-z0-9]{10,32}\/r-[0-9a-z]{4,32}(?:\/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})+$/;

const check = (pattern: RegExp, rule: string, remedy: string) => (subject: string, value: string): Problem[] =>
  pattern.test(value) ? [] : [{ subject, rule, value, remedy }];

/** What is no id of an account. */
export const checkAccountId = check(ACCOUNT, 'must be the 12 digits of an account id', 'look it up with aws organizations list-accounts');

/** What is no id of an organization. */
export const checkOrganizationId = check(ORGANIZATION, 'must be the id of an organization, such as o-a1b2c3d4e5',
  'look it up with aws organizations describe-organization');

/** What is no path of an organizational unit. */
export const checkOrganizationalUnitPath = check(ORGANIZATIONAL_UNIT,
  'must be the path of an organizational unit from its organization down, such as o-a1b2c3d4e5/r-ab12/ou-ab12-11111111',
  'name the organization, the root and all units above it too');
