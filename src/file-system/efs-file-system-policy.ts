import * as iam from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { allowsWithoutMount, deniedToBackup } from '../core/file-system-policy';
import type { PolicyStatement } from '../core/file-system-policy';
import type { Problem } from '../core/problem';

/** What a client of a file system may do. Every one of them may mount it, since without that the others are worth nothing. */
export enum ClientAccess {
  /** Mount and read. Root is squashed. */
  READ_ONLY = 'READ_ONLY',
  /** Mount, read and write. Root is squashed. */
  READ_WRITE = 'READ_WRITE',
  /** Mount, read and write, and act as root. */
  ROOT = 'ROOT',
}

/** The actions of NFS clients ("EFS actions for clients", Amazon EFS User Guide). */
const CLIENT_ACTIONS: Record<ClientAccess, string[]> = {
  [ClientAccess.READ_ONLY]: ['ClientMount'],
  [ClientAccess.READ_WRITE]: ['ClientMount', 'ClientWrite'],
  [ClientAccess.ROOT]: ['ClientMount', 'ClientWrite', 'ClientRootAccess'],
};
const named = (...actions: string[]): string[] => actions.map((action) => `elasticfilesystem:${action}`);

/**
 * The file system policy: who may mount a file system, and how. It is an `iam.PolicyDocument` in the end, built so that it can be
 * mounted and backed up: clients that are allowed anything may mount, and nothing that is denied to everyone is about AWS Backup.
 *
 * An identity-based policy in the account of the file system is enough to mount it, whatever this policy allows. It cannot name
 * access points of the file system: CloudFormation has no order in which both could be made.
 *
 * @see https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
 */
export class EfsFileSystemPolicy {
  /**
   * What Amazon EFS grants without any policy (mount, write and root access to every client that reaches a mount target), but over
   * TLS only. Who reaches a mount target is up to its security groups. It denies nothing.
   */
  public static anyClientOverTls(): EfsFileSystemPolicy {
    const policy = new EfsFileSystemPolicy(new iam.PolicyDocument());
    policy.allowClientsOverTls('AllowClientsOverTls', ClientAccess.ROOT, new iam.AnyPrincipal());
    return policy;
  }

  /** Only clients that sign with IAM: those of `allowClients`, over TLS, and whoever an identity-based policy of the account allows. */
  public static iamClientsOnly(): EfsFileSystemPolicy {
    return new EfsFileSystemPolicy(new iam.PolicyDocument());
  }

  /**
   * A policy of your own, as it is. A statement that shuts out AWS Backup is refused.
   *
   * @param document the policy.
   */
  public static fromPolicyDocument(document: iam.PolicyDocument): EfsFileSystemPolicy {
    return new EfsFileSystemPolicy(document);
  }

  /** The statements so far. */
  public readonly document: iam.PolicyDocument;

  private constructor(document: iam.PolicyDocument) {
    this.document = document;
  }

  /**
   * Lets clients mount over TLS, by a mount target.
   *
   * @param access what they may do.
   * @param clients whom to let in, such as the role of an instance, a task or a function.
   */
  public allowClients(access: ClientAccess, ...clients: iam.IPrincipal[]): void {
    this.allowClientsOverTls(undefined, access, ...clients);
  }

  /**
   * Denies clients everything that they do not do over TLS, also those that an identity-based policy would let in. It is about
   * clients alone, so that AWS Backup still gets in.
   */
  public denyClientsWithoutTls(): void {
    this.document.addStatements(new iam.PolicyStatement({
      sid: 'DenyClientsWithoutTls',
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      actions: named(...CLIENT_ACTIONS[ClientAccess.ROOT]),
      conditions: { Bool: { 'aws:SecureTransport': 'false' } },
    }));
  }

  /**
   * Lets AWS Backup read the file system with these roles, also where an identity-based policy does not say so.
   *
   * @param principals roles that AWS Backup assumes.
   */
  public allowBackup(...principals: iam.IPrincipal[]): void {
    this.add(iam.Effect.ALLOW, 'Backup', principals);
  }

  /**
   * Lets AWS Backup restore into the file system with these roles, also where an identity-based policy does not say so.
   *
   * @param principals roles that AWS Backup assumes.
   */
  public allowRestore(...principals: iam.IPrincipal[]): void {
    this.add(iam.Effect.ALLOW, 'Restore', principals);
  }

  /**
   * Keeps these roles from backing up the file system, whatever they are allowed elsewhere.
   *
   * @param principals the roles, by name: everyone, or a whole account, is refused.
   */
  public denyBackup(...principals: iam.IPrincipal[]): void {
    this.add(iam.Effect.DENY, 'Backup', principals);
  }

  /**
   * Keeps these roles from restoring into the file system, whatever they are allowed elsewhere.
   *
   * @param principals the roles, by name: everyone, or a whole account, is refused.
   */
  public denyRestore(...principals: iam.IPrincipal[]): void {
    this.add(iam.Effect.DENY, 'Restore', principals);
  }

  /**
   * Everything that is wrong with the statements so far.
   *
   * @internal
   */
  public _check(scope: IConstruct): Problem[] {
    return this.statements(scope).flatMap((statement, index) => {
      const denied = deniedToBackup(statement);
      return denied.length === 0 ? [] : [{
        subject: `fileSystemPolicy.Statement[${index}]`,
        rule: `must not deny ${denied.join(' and ')} to everyone: AWS Backup could not ${denied.some((action) => action.endsWith('Backup')) ? 'back up' : 'restore'} the file system any more`,
        value: statement.Action ?? statement.NotAction,
        remedy: 'deny elasticfilesystem:ClientMount, ClientWrite and ClientRootAccess only, or name the principals',
      }];
    });
  }

  /**
   * What is wrong once no more statements come.
   *
   * @internal
   */
  public _checkWhole(scope: IConstruct): Problem[] {
    return this.document.isEmpty ? [{
      subject: 'fileSystemPolicy',
      rule: 'must hold a statement: a policy without one is refused by Amazon EFS',
      remedy: "name the clients with 'allowClients'",
    }] : this._check(scope);
  }

  /**
   * Whether this policy lets clients write, but none of them mount.
   *
   * @internal
   */
  public _lacksMount(scope: IConstruct): boolean {
    return allowsWithoutMount(this.statements(scope));
  }

  private statements(scope: IConstruct): PolicyStatement[] {
    // not the document itself: to resolve it would freeze its statements
    return (Stack.of(scope).resolve(this.document.toJSON()) as { readonly Statement?: PolicyStatement[] } | undefined)?.Statement ?? [];
  }

  /** AccessedViaMountTarget keeps Amazon EFS from regarding a policy for everyone as public ("Blocking public access to EFS"). */
  private allowClientsOverTls(sid: string | undefined, access: ClientAccess, ...clients: iam.IPrincipal[]): void {
    this.document.addStatements(new iam.PolicyStatement({
      sid,
      principals: clients,
      actions: named(...CLIENT_ACTIONS[access]),
      conditions: { Bool: { 'elasticfilesystem:AccessedViaMountTarget': 'true', 'aws:SecureTransport': 'true' } },
    }));
  }

  private add(effect: iam.Effect, action: string, principals: iam.IPrincipal[]): void {
    this.document.addStatements(new iam.PolicyStatement({ effect, principals, actions: named(action) }));
  }
}
