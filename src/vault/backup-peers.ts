import * as iam from 'aws-cdk-lib/aws-iam';
import { Token } from 'aws-cdk-lib/core';
import { checkAccountId, checkOrganizationalUnitPath, checkOrganizationId } from '../core/organization-id';
import type { Problem } from '../core/problem';

/**
 * Peers as a policy names them.
 *
 * @internal
 */
export interface PeerPrincipal {
  readonly principal: iam.IPrincipal;
  readonly conditions: Record<string, Record<string, string[]>>;
}

/**
 * Accounts that exchange backups with the account of a vault. All of them must be in one organization, for which cross-account backup
 * is switched on in the management account.
 *
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html
 */
export abstract class BackupPeers {
  /**
   * Every account of an organization.
   *
   * @param organizationId the id of the organization, such as `o-a1b2c3d4e5`.
   */
  public static organization(organizationId: string): BackupPeers {
    return new Organization(organizationId);
  }

  /**
   * Every account in some organizational units and in the units below them.
   *
   * @param paths the paths of the units from their organization down, such as `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111`.
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgpaths
   */
  public static organizationalUnits(...paths: string[]): BackupPeers {
    return new OrganizationalUnits(paths);
  }

  /**
   * One account.
   *
   * @param accountId the 12 digits of the account.
   */
  public static account(accountId: string): BackupPeers {
    return new Account(accountId);
  }

  /**
   * Everything that is wrong with these peers.
   *
   * @internal
   */
  public abstract _check(subject: string): Problem[];

  /**
   * How a policy names these peers.
   *
   * @internal
   */
  public abstract _principal(): PeerPrincipal;
}

type Check = (subject: string, value: string) => Problem[];
const unlessToken = (check: Check): Check => (subject, value) => Token.isUnresolved(value) ? [] : check(subject, value);

class Organization extends BackupPeers {
  constructor(private readonly organizationId: string) {
    super();
  }

  public _check(subject: string): Problem[] {
    return unlessToken(checkOrganizationId)(subject, this.organizationId);
  }

  public _principal(): PeerPrincipal {
    // AWS Backup refuses everyone without this condition
    return { principal: new iam.AnyPrincipal(), conditions: { StringEquals: { 'aws:PrincipalOrgID': [this.organizationId] } } };
  }
}

class OrganizationalUnits extends BackupPeers {
  private readonly paths: readonly string[];

  constructor(paths: readonly string[]) {
    super();
    this.paths = paths.map((path) => Token.isUnresolved(path) ? path : path.replace(/\/\*?$/, '')); // as it stands in a condition
  }

  public _check(subject: string): Problem[] {
    if (this.paths.length === 0) {
      return [{ subject, rule: 'must name at least one organizational unit', remedy: 'name the paths of the units' }];
    }
    return this.paths.flatMap((path) => unlessToken(checkOrganizationalUnitPath)(subject, path));
  }

  public _principal(): PeerPrincipal {
    // the values of the key end in a slash, so this matches the unit itself as well as those below it
    return { principal: new iam.AnyPrincipal(), conditions: { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': this.paths.map((path) => `${path}/*`) } } };
  }
}

class Account extends BackupPeers {
  constructor(private readonly accountId: string) {
    super();
  }

  public _check(subject: string): Problem[] {
    return unlessToken(checkAccountId)(subject, this.accountId);
  }

  public _principal(): PeerPrincipal {
    return { principal: new iam.AccountPrincipal(this.accountId), conditions: {} };
  }
}
