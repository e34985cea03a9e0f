import * as efs from 'aws-cdk-lib/aws-efs';
import type { IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import { Stack, Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/** True if a file system of the same app replicates into this one, which makes it read-only. What is not in the app is seen at run time. */
export function isReplicationDestination(fileSystem: IFileSystemRef): boolean {
  const own = comparable(fileSystem, fileSystem.fileSystemRef.fileSystemId);
  return fileSystem.node.root.node.findAll()
    .filter(efs.CfnFileSystem.isCfnFileSystem)
    .some((other) => destinationsOf(other).some((id) => comparable(other, id) === own));
}

function destinationsOf(fileSystem: efs.CfnFileSystem): unknown[] {
  const replication = Stack.of(fileSystem).resolve(fileSystem.replicationConfiguration) as { destinations?: Array<{ fileSystemId?: unknown }> } | undefined;
  return (replication?.destinations ?? []).map(({ fileSystemId }) => fileSystemId).filter((id) => id !== undefined);
}

/** The same text for the same file system of the same stack, whether it is written as an id or as a reference. */
function comparable(scope: IConstruct, id: unknown): string {
  const resolved = Stack.of(scope).resolve(id);
  return typeof resolved === 'string' && !Token.isUnresolved(resolved) ? resolved : `${Stack.of(scope).node.path} ${JSON.stringify(resolved)}`;
}
