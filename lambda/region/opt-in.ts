import type * as backup from '@aws-sdk/client-backup';
import type { RegionOptInProperties } from '../../src/core/custom-resource';
import { CustomResourceError, DONE, waitingFor } from '../custom-resources/custom-resource';
import type { CustomResource } from '../custom-resources/custom-resource';

/** The operations that this needs. */
export interface RegionSettings {
  describeRegionSettings(input: backup.DescribeRegionSettingsCommandInput):
  Promise<Pick<backup.DescribeRegionSettingsCommandOutput, 'ResourceTypeOptInPreference'>>;
  updateRegionSettings(input: backup.UpdateRegionSettingsCommandInput): Promise<unknown>;
}

/** Checks that AWS Backup backs up Amazon EFS in this Region, or sees to it. Settings of the Region outlive every stack: nothing is taken back. */
export function regionOptIn(aws: RegionSettings): CustomResource<RegionOptInProperties> {
  return {
    begin: async ({ PhysicalResourceId }) => ({ physicalResourceId: PhysicalResourceId ?? 'region-opt-in/EFS' }),

    async goOn({ RequestType, ResourceProperties: { Mode } }) {
      if (RequestType === 'Delete') {
        return DONE;
      }
      const { ResourceTypeOptInPreference: preference = {} } = await aws.describeRegionSettings({});
      if (preference.EFS) {
        return DONE;
      }
      if (Mode === 'CHECK') {
        const state = preference.EFS === undefined ? 'has no setting for EFS' : 'is opted out of EFS';
        throw new CustomResourceError(`AWS Backup ${state} in this Region, so backup plans that select by tag or by 'arn:aws:elasticfilesystem:*' skip file systems without a word; `
          + "turn it on (aws backup update-region-settings --resource-type-opt-in-preference EFS=true), or set 'mode' to RegionOptInMode.ENABLE");
      }
      // one key: which keys there are differs between Regions, and an unknown one is refused (hashicorp/terraform-provider-aws#21801)
      await aws.updateRegionSettings({ ResourceTypeOptInPreference: { EFS: true } });
      return waitingFor('AWS Backup to be opted in to EFS in this Region');
    },
  };
}
