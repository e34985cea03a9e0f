import type { IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import { Stack, Token } from 'aws-cdk-lib/core';
import type { ResourceEnvironment } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Problem } from '../core/problem';

/**
 * Whether two resources certainly are in different accounts or Regions. A backup plan backs up resources of its own account and
 * Region only, and says nothing about the others.
 */
export function environmentsDiffer(one: ResourceEnvironment, other: ResourceEnvironment): boolean {
  const differ = (a: string, b: string) => !Token.isUnresolved(a) && !Token.isUnresolved(b) && a !== b;
  return differ(one.account, other.account) || differ(one.region, other.region);
}

/** An environment as an error message names it. */
export function describeEnvironment({ account, region }: ResourceEnvironment): string {
  return [account, region].filter((part) => !Token.isUnresolved(part)).join(' ');
}

/** Where a file system is. Its ARN knows best: an imported `efs.IFileSystem` claims the account and Region of its own stack. */
export function environmentOf(fileSystem: IFileSystemRef): ResourceEnvironment {
  const arn = fileSystem.fileSystemRef.fileSystemArn;
  const [, , , region, account] = Token.isUnresolved(arn) ? [] : arn.split(':');
  return region && account ? { region, account } : fileSystem.env;
}

/** The file system must be where the stack is: no function and no plan reaches into another account or Region. */
export function checkHome(scope: Construct, subject: string, fileSystem: IFileSystemRef, remedy: string): Problem[] {
  const { account, region } = Stack.of(scope);
  const home = environmentOf(fileSystem);
  if (!environmentsDiffer(home, { account, region })) {
    return [];
  }
  return [{ subject, rule: `must be in the account and Region of the stack (${describeEnvironment({ account, region })})`, value: describeEnvironment(home), remedy }];
}
