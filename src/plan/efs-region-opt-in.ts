import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import { Duration, Resource } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { CustomResourceKind } from '../core/custom-resource';
import type { RegionOptInProperties } from '../core/custom-resource';
import { CustomResourceProvider } from '../private/custom-resource-provider';

/** What to do about a Region in which AWS Backup does not back up Amazon EFS. */
export enum RegionOptInMode {
  /** The deployment fails with the reason, and changes nothing. */
  CHECK = 'CHECK',
  /** EFS is turned on, for every stack and every plan of the account in this Region; other services are left as they are. */
  ENABLE = 'ENABLE',
}

/** Properties of `EfsRegionOptIn`. */
export interface EfsRegionOptInProps {
  /**
   * Whether a Region that is opted out is only reported, or opted in.
   *
   * @default RegionOptInMode.CHECK
   */
  readonly mode?: RegionOptInMode;

  /**
   * The KMS key that encrypts the logs of the function behind this construct.
   *
   * @default - CloudWatch Logs encrypts them with a key of its own
   */
  readonly logEncryptionKey?: IKeyRef;
}

/**
 * Makes sure, when the stack is deployed, that AWS Backup backs up Amazon EFS in its Region at all: the setting "service opt-in", which
 * CloudFormation has no resource for. It is read when this construct is created or changed, not with every deployment, and
 * is left as it is when this construct is removed.
 *
 * The plans of this library do not need it: a selection by ARN, or by tags among the file systems as `EfsBackupPlan.backupTag` makes it,
 * names the resource type and is backed up whatever the setting. Neither do automatic backups of Amazon EFS. Selections by tag alone and by
 * `arn:aws:elasticfilesystem:*` do need it, as other tools, organization backup policies and the console make them: without it they
 * skip file systems without a word. So it is not part of `EfsBackup`; add it once per account and Region where such plans are in use.
 *
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRegionSettings.html
 */
export class EfsRegionOptIn extends Resource {
  constructor(scope: Construct, id: string, props: EfsRegionOptInProps = {}) {
    super(scope, id);
    const mode = props.mode ?? RegionOptInMode.CHECK;
    const provider = CustomResourceProvider.of(this, {
      kind: CustomResourceKind.REGION_OPT_IN,
      description: 'Checks that AWS Backup backs up Amazon EFS in the Region while a stack is deployed',
      queryInterval: Duration.seconds(5),
      encryptionKey: props.logEncryptionKey,
    });
    provider.role.addUnscopedStatements('AWS Backup knows no resource-level permissions for the settings of a Region', 'backup:DescribeRegionSettings',
      ...(mode === RegionOptInMode.ENABLE ? ['backup:UpdateRegionSettings'] : []));
    const properties: RegionOptInProperties = { Mode: mode };
    provider.resource(this, 'Resource', properties);
  }
}
