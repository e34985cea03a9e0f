import * as fs from 'node:fs';
import * as path from 'node:path';
import { Scene } from './scene';
import { formatRecoveryDirectoryName, RootEntryKind } from '../../src/core/recovery-directory';
import type { CleanupRehearsal } from '../cleanup-rehearsal';
import type { Execution } from '../run/state-machine';

/** How old the recovery directories are whose time is over. */
const OLD_SECONDS = 20;

/** A file system with recovery directories, and its cleanup. */
export class CleanupScene extends Scene {
  public rehearsal!: CleanupRehearsal;

  constructor(public readonly root: string, public readonly say: (line: string) => void) {
    super();
  }

  /** Makes a recovery directory whose time is over; the answer is its name. */
  public make(kind: Parameters<typeof formatRecoveryDirectoryName>[0] = RootEntryKind.RECOVERY_DIRECTORY, ageSeconds = OLD_SECONDS): string {
    const name = formatRecoveryDirectoryName(kind, Date.now() - ageSeconds * 1_000, '123456789');
    for (let index = 0; index < 30; index += 1) {
      fs.mkdirSync(path.join(this.root, name, String(index % 3)), { recursive: true });
      fs.writeFileSync(path.join(this.root, name, String(index % 3), `${index}.txt`), 'content\n');
    }
    return name;
  }

  /** A restore job that somebody starts by hand, and which comes to its end; the answer is its id. */
  public async restoreByHand(): Promise<string> {
    const { aws, fileSystem } = this.rehearsal;
    const [point] = [...aws.vaults.byName.values()].flatMap(({ recoveryPoints }) => recoveryPoints);
    const { restoreJobId } = aws.restoreJobs.start({
      RecoveryPointArn: point.recoveryPointArn,
      Metadata: { 'file-system-id': fileSystem.fileSystemId, 'newFileSystem': 'false' },
      IamRoleArn: 'arn:aws:iam::111122223333:role/by-hand',
    });
    while (!['COMPLETED', 'FAILED', 'ABORTED'].includes((await aws.restoreJobs.poll(restoreJobId)).status)) {
      // each look moves it on
    }
    return restoreJobId;
  }

  /** An event as EventBridge hands it on. "Monitoring AWS Backup events using Amazon EventBridge", AWS Backup Developer Guide. */
  public event(detail: object): object {
    return {
      'version': '0',
      'id': '5a0f2c5e-7d43-4a9e-9d0b-2f1c0a0d3a11',
      'detail-type': 'Restore Job State Change',
      'source': 'aws.backup',
      'account': '111122223333',
      'time': new Date().toISOString(),
      'region': 'eu-central-1',
      'resources': [],
      'detail': { backupSizeInBytes: '36048', iamRoleArn: 'arn:aws:iam::111122223333:role/by-hand', percentDone: 0, resourceType: 'EFS', ...detail },
    };
  }

  public async cleanUp(input: object): Promise<Execution> {
    this.say(`Cleaning up: ${JSON.stringify(input)}`);
    return this.rehearsal.cleanUp(input);
  }
}
