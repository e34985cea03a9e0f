import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import { Stack, Token } from 'aws-cdk-lib/core';
import type { ResourceEnvironment } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { environmentsDiffer } from '../private/environment';

/** `kms:ViaService` of AWS Backup in every Region; the domain differs between partitions. */
export const VIA_BACKUP = { 'kms:ViaService': 'backup.*' };

/** A vault whose key may be a customer managed one. */
export interface VaultWithKey {
  readonly env: ResourceEnvironment;
  readonly encryptionKey?: IKeyRef;
  /** The alias of a key that was made for the vault. */
  readonly _keyAlias?: string;
}

/** What a role needs to use a key. */
export interface KeyUse {
  readonly statements: iam.PolicyStatement[];
  /** Why the resource of the statements holds a wildcard; undefined if it holds none. */
  readonly wildcardReason?: string;
}

/**
 * What a role that AWS Backup assumes needs to write into, copy from or restore from a vault, as far as its key leaves it to IAM: none
 * for a key that AWS manages.
 *
 * @param consumer where the role is. The ARN of a key does not reach another Region or account before the key exists, so a key that
 * was made for the vault is named by its alias there.
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html
 */
export function useOfVaultKey(vault: VaultWithKey, consumer: IConstruct): KeyUse {
  const { encryptionKey: key, _keyAlias: alias } = vault;
  if (key === undefined) {
    return { statements: [] };
  }
  const { account, region } = Stack.of(consumer);
  const away = environmentsDiffer(vault.env, { account, region });
  if (!away || isKnown(key)) {
    return { statements: statementsFor(key.keyRef.keyArn, {}) };
  }
  const { region: keyRegion, account: keyAccount } = vault.env;
  const everyKey = Stack.of(consumer).formatArn({ service: 'kms', region: keyRegion, account: keyAccount, resource: 'key', resourceName: '*' });
  return {
    statements: statementsFor(everyKey, alias === undefined ? {} : { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': alias } }),
    wildcardReason: 'the key of a vault in another Region or account has no ARN before it exists; only calls through AWS Backup use it',
  };
}

/** An imported key has its ARN already. */
function isKnown(key: IKeyRef): boolean {
  return !Token.isUnresolved(key.keyRef.keyArn);
}

function statementsFor(keyArn: string, conditions: Record<string, Record<string, unknown>>): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({ actions: ['kms:DescribeKey'], resources: [keyArn], conditions }),
    new iam.PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [keyArn], conditions: { ...conditions, StringLike: VIA_BACKUP } }),
    new iam.PolicyStatement({ actions: ['kms:CreateGrant'], resources: [keyArn], conditions: { ...conditions, Bool: { 'kms:GrantIsForAWSResource': 'true' } } }),
  ];
}
