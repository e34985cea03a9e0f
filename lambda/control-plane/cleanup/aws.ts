import type { Aws, Protected } from '../aws';
import type { RestoreJobsAws } from '../restore-jobs';

/** The operations of AWS that a cleanup needs, and no others. */
export type CleanupAws = RestoreJobsAws & Pick<Aws, 'describeAccessPoints'>;

/** The file system that is cleaned up. */
export type CleanedFileSystem = Pick<Protected, 'fileSystemId' | 'fileSystemArn'>;
