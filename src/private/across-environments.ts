import { Lazy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { environmentsDiffer } from './environment';

/**
 * An attribute of a resource for its own account and Region, and the same text made from its name for all others, where
 * CloudFormation cannot look the attribute up. What resources of aws-cdk-lib do with a physical name that is given before they exist.
 */
export function acrossEnvironments(scope: Construct, attribute: string, fromName: string): string {
  return Lazy.uncachedString({ produce: (context) => environmentsDiffer(Stack.of(context.scope), Stack.of(scope)) ? fromName : attribute });
}
