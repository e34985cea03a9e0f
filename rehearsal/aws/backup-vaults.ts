import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { resourceNotFound } from './aws-error';
import type { ElasticFileSystem } from './elastic-file-system';
import { uuidOf } from './identifiers';
import type { Home } from './identifiers';
import { sizeOf, takeSnapshot } from './tree-copy';
import { AUTOMATIC_BACKUP_VAULT, AUTOMATIC_BACKUP_VAULT_POLICY } from './vault-access-policy';

/** A recovery point: a real copy of the directory, and what AWS Backup says about it. Its fields may be changed to play other cases. */
export interface RecoveryPoint {
  readonly recoveryPointArn: string;
  readonly backupVaultName: string;
  readonly fileSystem: ElasticFileSystem;
  /** Where the copy is. */
  readonly snapshot: string;
  readonly backupSizeInBytes: number;
  creationDate: Date;
  completionDate?: Date;
  status: 'CREATING' | 'COMPLETED' | 'PARTIAL' | 'DELETING' | 'EXPIRED' | 'AVAILABLE' | 'STOPPED';
  /** What GetRecoveryPointRestoreMetadata answers. That it has more keys than file-system-id is unconfirmed. */
  restoreMetadata: Record<string, string>;
  /** Under a legal hold. */
  legalHold?: boolean;
  /** AWS Backup may not delete it: a deletion succeeds, and leaves it EXPIRED. */
  undeletable?: boolean;
}

export interface BackupVault {
  readonly backupVaultName: string;
  readonly backupVaultArn: string;
  readonly recoveryPoints: RecoveryPoint[];
  /** The access policy as JSON; undefined where the vault has none. */
  accessPolicy?: string;
  /** Under a Vault Lock. */
  locked?: boolean;
  tags?: Record<string, string>;
}

export interface BackupVaultsOptions {
  readonly home: Home;
  readonly now: () => Date;
  /** Where the copies are kept. */
  readonly workingDirectory: string;
}

/** The vaults and what is in them. */
export class BackupVaults {
  readonly byName = new Map<string, BackupVault>();
  private recoveryPointCount = 0;
  private pending: Array<() => unknown> = [];

  constructor(private readonly options: BackupVaultsOptions) {}

  /** The vault of that name, made if it is not there. */
  create(
    backupVaultName: string, accessPolicy = backupVaultName === AUTOMATIC_BACKUP_VAULT ? AUTOMATIC_BACKUP_VAULT_POLICY : undefined,
  ): BackupVault {
    const existing = this.byName.get(backupVaultName);
    if (existing) {
      return existing;
    }
    const { partition, region, account } = this.options.home;
    const vault: BackupVault = {
      backupVaultName,
      backupVaultArn: `arn:${partition}:backup:${region}:${account}:backup-vault:${backupVaultName}`,
      recoveryPoints: [],
      ...(accessPolicy === undefined ? {} : { accessPolicy }),
    };
    this.byName.set(backupVaultName, vault);
    return vault;
  }

  async backUp(fileSystem: ElasticFileSystem, backupVaultName: string): Promise<RecoveryPoint> {
    const vault = this.create(backupVaultName);
    const { home: { partition, region, account }, now, workingDirectory } = this.options;
    const creationDate = now();
    const snapshot = join(await mkdtemp(join(workingDirectory, 'recovery-point-')), 'snapshot');
    await mkdir(snapshot);
    await takeSnapshot(fileSystem.root, snapshot);
    const recoveryPoint: RecoveryPoint = {
      // "EFS is fully managed by AWS Backup: its recovery points have ARNs of AWS Backup" (AWS Backup Developer Guide, "Feature availability")
      recoveryPointArn: `arn:${partition}:backup:${region}:${account}:recovery-point:${uuidOf(`recovery-point-${this.recoveryPointCount++}`)}`,
      backupVaultName,
      fileSystem,
      snapshot,
      backupSizeInBytes: await sizeOf(snapshot),
      creationDate,
      completionDate: now(),
      status: 'COMPLETED',
      restoreMetadata: {
        'file-system-id': fileSystem.fileSystemId,
        'Encrypted': 'true',
        'KmsKeyId': `arn:${partition}:kms:${region}:${account}:key/${uuidOf('key').toLowerCase()}`,
        'PerformanceMode': 'generalPurpose',
      },
    };
    vault.recoveryPoints.push(recoveryPoint);
    return recoveryPoint;
  }

  /** What happens once the recovery points were listed the next time: a deletion takes its time. */
  afterNextList(action: () => unknown): void {
    this.pending.push(action);
  }

  listed(): void {
    this.pending.splice(0).forEach((action) => action());
  }

  vault(backupVaultName: string): BackupVault {
    const vault = this.byName.get(backupVaultName);
    if (!vault) {
      throw resourceNotFound(`Backup vault not found: ${backupVaultName}`);
    }
    return vault;
  }

  recoveryPoint(backupVaultName: string, recoveryPointArn: string): RecoveryPoint {
    return this.pick(this.vault(backupVaultName).recoveryPoints, recoveryPointArn);
  }

  /** A recovery point by its ARN alone: StartRestoreJob takes no vault, and the ARN does not name it. */
  recoveryPointByArn(recoveryPointArn: string): RecoveryPoint {
    return this.pick([...this.byName.values()].flatMap((vault) => vault.recoveryPoints), recoveryPointArn);
  }

  private pick(recoveryPoints: RecoveryPoint[], recoveryPointArn: string): RecoveryPoint {
    const found = recoveryPoints.find((recoveryPoint) => recoveryPoint.recoveryPointArn === recoveryPointArn);
    if (!found) {
      throw resourceNotFound(`Recovery point not found: ${recoveryPointArn}`);
    }
    return found;
  }
}
