import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync, chownSync, linkSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync,
  truncateSync, utimesSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackupClient, DescribeRestoreJobCommand, StartRestoreJobCommand } from '@aws-sdk/client-backup';
import type { DescribeRestoreJobCommandOutput } from '@aws-sdk/client-backup';
import { EFSClient } from '@aws-sdk/client-efs';
import type { RecoveryPoint } from '../../../rehearsal/aws/backup-vaults';
import type { ElasticFileSystem } from '../../../rehearsal/aws/elastic-file-system';
import { AwsService } from '../../../rehearsal/aws/service';
import type { AwsServiceOptions } from '../../../rehearsal/aws/service';

/** What an earlier restore has left in the tree. */
export const EARLIER = 'aws-backup-restore_2026-05-14T07-16-05-547921923Z';

export const ROLE = 'arn:aws:iam::111122223333:role/restore';

/** A rehearsal with one file system, and the real clients of the SDK. */
export interface Fixture {
  readonly directory: string;
  readonly root: string;
  readonly service: AwsService;
  readonly fileSystem: ElasticFileSystem;
  readonly backup: BackupClient;
  readonly efs: EFSClient;
  close(): Promise<void>;
}

export async function startFixture(options: Partial<AwsServiceOptions> = {}, maxAttempts = 1): Promise<Fixture> {
  const directory = mkdtempSync(join(tmpdir(), 'rehearsal-aws-'));
  const root = join(directory, 'file-system');
  const workingDirectory = join(directory, 'work');
  mkdirSync(root, { mode: 0o755 });
  mkdirSync(workingDirectory);
  const service = await AwsService.start({ workingDirectory, ...options });
  const client = { region: 'us-east-1', endpoint: service.endpoint, credentials: { accessKeyId: 'any', secretAccessKey: 'any' }, maxAttempts };
  const backup = new BackupClient(client);
  const efs = new EFSClient(client);
  return {
    directory,
    root,
    service,
    fileSystem: service.createFileSystem(root),
    backup,
    efs,
    close: async () => {
      backup.destroy();
      efs.destroy();
      await service.close();
      rmSync(directory, { recursive: true });
    },
  };
}

/** A tree with everything that a copy can get wrong, and what is never in a backup. */
export function makeTree(root: string): void {
  mkdirSync(join(root, 'projects/alpha/.cache'), { recursive: true });
  mkdirSync(join(root, 'private'), { mode: 0o700 });
  writeFileSync(join(root, 'projects/alpha/report.txt'), 'report\n', { mode: 0o640 });
  linkSync(join(root, 'projects/alpha/report.txt'), join(root, 'projects/hard link'));
  writeFileSync(join(root, 'projects/alpha/.hidden'), 'hidden\n');
  symlinkSync('alpha/report.txt', join(root, 'projects/relative'));
  symlinkSync('/nowhere', join(root, 'projects/dangling'));
  symlinkSync('alpha', join(root, 'projects/link-to-directory'));
  for (const name of ['-rf', '--help', 'new\nline', 'star*?[x]', 'ümlaut', ' blank ', "quote'\"$(x)"]) {
    writeFileSync(join(root, name), name);
  }
  writeFileSync(Buffer.concat([Buffer.from(`${root}/not-utf8-`), Buffer.from([0xff])]), 'bytes');
  writeFileSync(join(root, 'private/sparse'), 'x');
  truncateSync(join(root, 'private/sparse'), 8 * 1024 * 1024);
  mkdirSync(join(root, EARLIER));
  writeFileSync(join(root, EARLIER, 'of an earlier restore'), '');
  if (process.getuid!() === 0) {
    chownSync(join(root, 'projects/alpha/report.txt'), 1234, 5678);
  }
  chmodSync(join(root, 'projects/alpha'), 0o2775);
  execFileSync('mkfifo', [join(root, 'projects/alpha/pipe')]);
  for (const path of ['projects/alpha/report.txt', 'projects/alpha', 'projects', 'private']) {
    utimesSync(join(root, path), 1_600_000_000, 1_600_000_000.25);
  }
}

/** What lies below a directory, one line for each entry; hard links tell with which names they go together. */
export function listTree(directory: string): Record<string, string> {
  const namesOfInode = new Map<bigint, string[]>();
  const lines: Record<string, string> = {};
  const walk = (path: Buffer, name: string): void => {
    for (const child of readdirSync(path, { encoding: 'buffer' })) {
      const childPath = Buffer.concat([path, Buffer.from('/'), child]);
      const childName = `${name}/${child.toString('latin1')}`;
      const status = lstatSync(childPath, { bigint: true });
      const content = status.isSymbolicLink() ? readlinkSync(childPath)
        : status.isFile() ? createHash('sha256').update(readFileSync(childPath)).digest('hex') : '';
      const links = namesOfInode.get(status.ino) ?? [];
      namesOfInode.set(status.ino, [...links, childName]);
      lines[childName] = `${status.mode.toString(8)} ${status.uid}:${status.gid} ${status.mtimeNs} ${content} ${status.isFile() ? links : ''}`;
      if (status.isDirectory()) {
        walk(childPath, childName);
      }
    }
  };
  walk(Buffer.from(directory), '');
  return lines;
}

/** The new names at the root: what a workflow sees of a restore. */
export function newNames(root: string, before: readonly string[]): string[] {
  return readdirSync(root).filter((name) => !before.includes(name)).sort();
}

export interface StartOptions {
  readonly items?: string | readonly string[];
  readonly metadata?: Record<string, string>;
  readonly token?: string;
}

export async function startRestore({ backup }: Fixture, point: RecoveryPoint, { items, metadata, token }: StartOptions = {}): Promise<string> {
  const { RestoreJobId } = await backup.send(new StartRestoreJobCommand({
    RecoveryPointArn: point.recoveryPointArn,
    IamRoleArn: ROLE,
    ResourceType: 'EFS',
    IdempotencyToken: token,
    Metadata: {
      ...point.restoreMetadata,
      newFileSystem: 'false',
      ...(items === undefined ? {} : { ItemsToRestore: typeof items === 'string' ? items : JSON.stringify(items) }),
      ...metadata,
    },
  }));
  return RestoreJobId!;
}

export async function describeJob({ backup }: Fixture, restoreJobId: string): Promise<DescribeRestoreJobCommandOutput> {
  return backup.send(new DescribeRestoreJobCommand({ RestoreJobId: restoreJobId }));
}

/** Describes a job until it has ended; all answers. */
export async function watchJob(fixture: Fixture, restoreJobId: string): Promise<DescribeRestoreJobCommandOutput[]> {
  const answers: DescribeRestoreJobCommandOutput[] = [];
  do {
    answers.push(await describeJob(fixture, restoreJobId));
  } while (['PENDING', 'RUNNING'].includes(answers.at(-1)!.Status!) && answers.length < 20);
  return answers;
}

/** Starts a restore and describes it until it has ended; all answers. */
export async function restore(fixture: Fixture, point: RecoveryPoint, options: StartOptions = {}): Promise<DescribeRestoreJobCommandOutput[]> {
  return watchJob(fixture, await startRestore(fixture, point, options));
}

/** An error of an SDK client: its name, its HTTP status if it matters, a part of its message if it matters. */
export function awsError(name: string, httpStatusCode?: number, message = ''): object {
  const status = httpStatusCode === undefined ? {} : { $metadata: expect.objectContaining({ httpStatusCode }) };
  return { name, message: expect.stringContaining(message), ...status };
}
