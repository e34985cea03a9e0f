import type { Problem } from './problem';

/** The performance modes of EFS (CreateFileSystem, Amazon EFS API reference). */
export enum NewFileSystemPerformanceMode {
  /** For everything that has no reason for the other one. */
  GENERAL_PURPOSE = 'generalPurpose',
  /** Not with One Zone. */
  MAX_IO = 'maxIO',
}

/**
 * The file system that AWS Backup makes for a restore. It comes without mount targets, access points, policy, lifecycle and backup
 * policy: those are yours to make.
 */
export interface NewFileSystem {
  /**
   * What keeps AWS Backup from making the file system twice: 1 to 64 characters, unique in the account and Region.
   *
   * @default - one that is made of the execution and stays the same when a state is retried
   */
  readonly creationToken?: string;

  /**
   * Whether it is encrypted at rest.
   *
   * @default true
   */
  readonly encrypted?: boolean;

  /**
   * The KMS key, by id, ARN or alias.
   *
   * @default - the key that AWS manages for Amazon EFS, `aws/elasticfilesystem`
   */
  readonly kmsKeyId?: string;

  /**
   * The performance mode.
   *
   * @default - that of the file system that was backed up; of One Zone generalPurpose, the only one that it has
   */
  readonly performanceMode?: NewFileSystemPerformanceMode;

  /**
   * The Availability Zone of a One Zone file system, such as `eu-central-1a`.
   *
   * @default - a Regional file system
   */
  readonly availabilityZoneName?: string;
}

const KEYS = ['creationToken', 'encrypted', 'kmsKeyId', 'performanceMode', 'availabilityZoneName'];
/** EFS: `CreationToken` (CreateFileSystem, Amazon EFS API reference). */
const CREATION_TOKEN = /^.{1,64}$/;
const AVAILABILITY_ZONE = /^[a-z]{2,}(-[a-z0-9]+)*-\d+[a-z]$/;

/** All problems of what is said about a new file system ("Restore an Amazon EFS file system", AWS Backup Developer Guide). */
export function checkNewFileSystem(subject: string, input: unknown, isUnresolved: (value: unknown) => boolean): Problem[] {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return [{ subject, rule: 'must be an object', value: input, remedy: 'write {} for a new file system like the one that was backed up' }];
  }
  const given = input as Readonly<Record<string, unknown>>;
  const known = (key: string) => given[key] !== undefined && !isUnresolved(given[key]);
  const problems: Problem[] = Object.keys(given).filter((key) => !KEYS.includes(key))
    .map((key) => ({ subject: `${subject}.${key}`, rule: 'is not a key of it', remedy: `the keys are ${KEYS.join(', ')}` }));
  const check = (key: string, isRight: (value: unknown) => boolean, rule: string, remedy: string) => {
    if (known(key) && !isRight(given[key])) {
      problems.push({ subject: `${subject}.${key}`, rule, value: given[key], remedy });
    }
  };
  const isText = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value);
  check('creationToken', isText(CREATION_TOKEN), 'must be 1 to 64 characters', 'shorten it, or leave it out');
  check('encrypted', (value) => typeof value === 'boolean', 'must be true or false', 'write true or false without quotes');
  check('kmsKeyId', isText(/^\S+$/), 'must be the id, the ARN or the alias of a KMS key', 'write for example "alias/files", or leave it out');
  check('performanceMode', (value) => Object.values(NewFileSystemPerformanceMode).includes(value as NewFileSystemPerformanceMode),
    `must be one of ${Object.values(NewFileSystemPerformanceMode).join(', ')}`, 'write one of them, or leave it out');
  check('availabilityZoneName', isText(AVAILABILITY_ZONE), 'must be the name of an Availability Zone', 'write for example "eu-central-1a", or leave it out for a Regional file system');
  if (given.kmsKeyId !== undefined && given.encrypted === false) {
    problems.push({ subject: `${subject}.encrypted`, rule: "must be true with 'kmsKeyId'", value: false, remedy: 'leave out one of the two' });
  }
  if (given.availabilityZoneName !== undefined && given.performanceMode === NewFileSystemPerformanceMode.MAX_IO) {
    problems.push({ subject: `${subject}.performanceMode`, rule: "must not be maxIO with 'availabilityZoneName', since One Zone has no such mode", value: given.performanceMode, remedy: 'leave it out' });
  }
  return problems;
}
