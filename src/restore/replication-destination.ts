import * as efs from 'aws-cdk-lib/aws-efs';
import type { IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import { DefaultTokenResolver, Reference, StringConcat, Tokenization } from 'aws-cdk-lib/core';
import type { IPostProcessor, IResolvable, IResolveContext } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/**
 * True if a file system of the same app replicates into this one, which makes it read-only. What is not in the app is seen at
 * run time.
 */
export function isReplicationDestination(fileSystem: IFileSystemRef): boolean {
  const own = comparable(fileSystem, fileSystem.fileSystemRef.fileSystemId);
  return fileSystem.node.root.node.findAll()
    .filter(efs.CfnFileSystem.isCfnFileSystem)
    .some((other) => destinationsOf(other).some((destination) => JSON.stringify(destination) === JSON.stringify(own)));
}

function destinationsOf(fileSystem: efs.CfnFileSystem): unknown[] {
  const replication = comparable(fileSystem, fileSystem.replicationConfiguration) as { destinations?: Array<{ fileSystemId?: unknown }> } | undefined;
  return (replication?.destinations ?? []).map(({ fileSystemId }) => fileSystemId).filter((id) => id !== undefined);
}

/** Words a reference as the construct that it refers to: the template of another stack would word it in another way. */
class ReferencesAsConstructs extends DefaultTokenResolver {
  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    return Reference.isReference(token) ? `construct ${token.target.node.path}` : super.resolveToken(token, context, postProcessor);
  }
}

/** The same for the same file system, whether it is written as an id or as a reference, and in whichever stack. */
function comparable(scope: IConstruct, value: unknown): unknown {
  return Tokenization.resolve(value, { scope, resolver: new ReferencesAsConstructs(new StringConcat()), preparing: false });
}
