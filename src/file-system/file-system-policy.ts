import * as iam from 'aws-cdk-lib/aws-iam';

/**
 * The file system policy: what Amazon EFS grants without any policy (mount, write and root access to every client that reaches a
 * mount target), but over TLS only. Who reaches a mount target is up to its security groups.
 *
 * It stands in for two worse ones. The policy that aws-cdk-lib writes under its feature flag `@aws-cdk/aws-efs:denyAnonymousAccess`
 * grants write and root access but no ClientMount, so that a client without an identity-based policy cannot mount at all. And no
 * policy at all lets clients mount in plain text.
 *
 * It denies nothing: a Deny would also hit AWS Backup, Lambda and clients with permissions of their own. AccessedViaMountTarget
 * keeps Amazon EFS from regarding the policy as public.
 *
 * @see https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
 * @see https://docs.aws.amazon.com/efs/latest/ug/access-control-block-public-access.html
 */
export function mountableOverTls(): iam.PolicyDocument {
  return new iam.PolicyDocument({
    statements: [
      new iam.PolicyStatement({
        sid: 'AllowClientsOverTls',
        principals: [new iam.AnyPrincipal()],
        actions: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite', 'elasticfilesystem:ClientRootAccess'],
        conditions: { Bool: { 'elasticfilesystem:AccessedViaMountTarget': 'true', 'aws:SecureTransport': 'true' } },
      }),
    ],
  });
}
