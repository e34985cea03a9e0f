import type { Problem } from './problem';

/** The problem of a file system that AWS Backup cannot write into, because it is the destination of a replication. */
export function replicationDestinationProblem(fileSystem: unknown): Problem {
  return {
    subject: 'fileSystem',
    rule: 'must not be the destination of a replication, because that is read-only',
    value: fileSystem,
    remedy: 'restore into the source of the replication, or delete the replication configuration first',
  };
}
