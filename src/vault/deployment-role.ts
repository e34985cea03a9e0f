import type { IRoleRef } from 'aws-cdk-lib/aws-iam';
import { Aws, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Problem } from '../core/problem';

/** The role that CloudFormation runs the change set of a stack with: the one that is named, or as far as the synthesizer knows it. */
export function deploymentRoleArn(scope: Construct, named: IRoleRef | undefined): string | undefined {
  if (named !== undefined) {
    return named.roleRef.roleArn;
  }
  let stack = Stack.of(scope);
  while (stack.nestedStackParent !== undefined) {
    stack = stack.nestedStackParent; // a nested stack is deployed by its parent
  }
  // the placeholders are the cloud assembly's, which only the CDK command line replaces
  return stack.synthesizer.cloudFormationExecutionRole
    ?.replaceAll('${AWS::Partition}', Aws.PARTITION)
    .replaceAll('${AWS::AccountId}', stack.account)
    .replaceAll('${AWS::Region}', stack.region);
}

/** A vault that no deployment could change. */
export function checkDeploymentRole(roleArn: string | undefined): Problem[] {
  if (roleArn !== undefined) {
    return [];
  }
  return [{
    subject: 'deploymentRole',
    rule: 'must be set, because the synthesizer of this stack names no role that CloudFormation deploys with',
    remedy: 'pass the role that you deploy this stack with; without it, no later deployment could change the vault',
  }];
}
