import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import { Stack, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { BackupPeers } from './backup-peers';
import { VaultKey } from './vault-key';
import type { VaultKeyProps } from './vault-key';
import type { Problem } from '../core/problem';

/** Options of a customer managed key that is made for a vault. */
export interface VaultKeyOptions {
  /**
   * The alias of the key, such as `alias/backups`. It must be unique in the account and Region.
   *
   * @default - `alias/` and the name of the vault
   * @see https://docs.aws.amazon.com/kms/latest/developerguide/alias-about.html
   */
  readonly alias?: string;

  /**
   * Other accounts that copy recovery points from the vault, or restore them. Accounts that copy into the vault
   * (`EfsBackupVaultProps.copySources`) may use the key without being named here.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html#copy-encryption
   */
  readonly sharedWith?: BackupPeers[];
}

/**
 * What a vault gets its key from.
 *
 * @internal
 */
export type VaultKeyEnvironment = Omit<VaultKeyProps, 'alias'>;

/**
 * The key of a vault.
 *
 * @internal
 */
export interface BoundEncryption {
  /** undefined if AWS manages the key. */
  readonly key?: IKeyRef;
  /** Its alias, if it was made for the vault. */
  readonly alias?: string;
  /** Lets accounts use the key, if it is ours to share. */
  readonly shareWith?: (peers: BackupPeers) => void;
}

/**
 * The key that encrypts the recovery points of a vault. Recovery points of Amazon EFS are encrypted with the key of their vault,
 * whatever key the file system has; copies with the key of the vault that they are copied into.
 *
 * The choice is final: AWS Backup changes the key of no vault, so another one replaces the vault, and a vault that holds recovery
 * points cannot be replaced under the same name.
 *
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html
 */
export abstract class VaultEncryption {
  /**
   * The key that AWS manages for AWS Backup in the account, `aws/backup`. It costs nothing, and nobody can delete or disable it, or
   * change who may use it. Recovery points of Amazon EFS can be copied to other accounts with it, since AWS Backup fully manages them.
   */
  public static awsManagedKey(): VaultEncryption {
    return new AwsManagedKey();
  }

  /**
   * A customer managed key that is made for the vault: rotated yearly, retained as the vault is, shared with the accounts that copy into
   * it. Only the roles that may delete recovery points may delete or disable it; the role that deploys may change its policy.
   *
   * @param options its alias, and other accounts that use it.
   */
  public static customerManagedKey(options: VaultKeyOptions = {}): VaultEncryption {
    return new CustomerManagedKey(options);
  }

  /**
   * A key of yours, in the Region of the vault. Its policy must let the role of the backup plan use it (keys of aws-cdk-lib leave that
   * to IAM), and other accounts that copy into the vault or from it; whoever may delete it can make every recovery point unreadable.
   *
   * @param key the key.
   */
  public static existingKey(key: IKeyRef): VaultEncryption {
    return new ExistingKey(key);
  }

  /**
   * Everything that is wrong with this choice in this place.
   *
   * @internal
   */
  public abstract _check(scope: Construct): Problem[];

  /**
   * The key, made where it is to be made.
   *
   * @internal
   */
  public abstract _bind(scope: Construct, environment: VaultKeyEnvironment): BoundEncryption;
}

class AwsManagedKey extends VaultEncryption {
  public _check(): Problem[] {
    return [];
  }

  public _bind(): BoundEncryption {
    return {};
  }
}

class CustomerManagedKey extends VaultEncryption {
  constructor(private readonly options: VaultKeyOptions) {
    super();
  }

  public _check(): Problem[] {
    const { alias, sharedWith = [] } = this.options;
    const problems = sharedWith.flatMap((peers, index) => peers._check(`encryption.sharedWith[${index}]`));
    // `AliasName` (CreateAlias, AWS KMS API reference)
    if (alias !== undefined && !Token.isUnresolved(alias) && !/^alias\/(?!aws\/)[a-zA-Z0-9/_-]{1,250}$/.test(alias)) {
      problems.push({
        subject: 'encryption.alias',
        rule: 'must begin with alias/, not with alias/aws/, followed by up to 250 letters, digits, slashes, underscores and hyphens',
        value: alias,
        remedy: 'choose another alias, or leave it out',
      });
    }
    return problems;
  }

  public _bind(scope: Construct, environment: VaultKeyEnvironment): BoundEncryption {
    const made = new VaultKey(scope, 'Key', { ...environment, alias: this.options.alias });
    (this.options.sharedWith ?? []).forEach((peers) => made.shareWith(peers));
    return { key: made.key, alias: made.alias, shareWith: (peers) => made.shareWith(peers) };
  }
}

class ExistingKey extends VaultEncryption {
  constructor(private readonly key: IKeyRef) {
    super();
  }

  public _check(scope: Construct): Problem[] {
    const [region, ours] = [this.key.env.region, Stack.of(scope).region];
    if (Token.isUnresolved(region) || Token.isUnresolved(ours) || region === ours) {
      return [];
    }
    return [{ subject: 'encryption', rule: `must be a key in the Region of the vault (${ours})`, value: region, remedy: 'use a key, or a replica of it, there' }];
  }

  public _bind(): BoundEncryption {
    return { key: this.key };
  }
}
