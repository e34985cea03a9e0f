import { pages } from './aws';
import type { Aws, Protected } from './aws';
import { RestoreError } from '../../src/core/contract';
import { isAccessPointId, seenFromRoot } from '../../src/core/item-path';
import type { ClientMount } from '../../src/core/item-path';
import { describeProblems } from '../../src/core/problem';
import { NamedError } from '../runtime/named-error';

/** The paths from the root of the file system, for paths that are seen from an access point or from the mount point of a client. */
export async function translateItems(
  aws: Aws, target: Protected, mounts: readonly ClientMount[], items: readonly string[], seenFrom: string,
): Promise<string[]> {
  if (isAccessPointId(seenFrom)) {
    return seenFromRoot(items, await rootOf(aws, target, seenFrom));
  }
  return seenFromRoot(items, mounts.find(({ mountPoint }) => mountPoint === seenFrom)!.rootDirectory ?? '/');
}

/** Read by the file system: the function may describe the access points of this one, whichever they are, and of no other. */
async function rootOf(aws: Aws, target: Protected, accessPointId: string): Promise<string> {
  for await (const { AccessPoints = [] } of pages((NextToken) => aws.describeAccessPoints({ FileSystemId: target.fileSystemId, NextToken }))) {
    const found = AccessPoints.find(({ AccessPointId }) => AccessPointId === accessPointId);
    if (found) {
      return found.RootDirectory?.Path ?? '/';
    }
  }
  throw new NamedError(RestoreError.INVALID_RESTORE_REQUEST, describeProblems([{
    subject: 'itemsSeenFrom',
    rule: `must be an access point of ${target.fileSystemId}`,
    value: accessPointId,
    remedy: `choose one of 'aws efs describe-access-points --file-system-id ${target.fileSystemId}', or write the paths from the root of the file system`,
  }]));
}
