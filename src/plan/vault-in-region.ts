import { ArnFormat, DefaultStackSynthesizer, Names, Stack, Stage, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { BoundDestination } from './copy-destination';
import { throwProblems } from '../private/validation-error';
import { EfsBackupVault } from '../vault/efs-backup-vault';
import type { EfsBackupVaultProps } from '../vault/efs-backup-vault';

/** The props that a vault in a support stack was made with. */
const MADE_WITH = new WeakMap<EfsBackupVault, EfsBackupVaultProps | undefined>();

function topmost(stack: Stack): Stack {
  return stack.nestedStackParent === undefined ? stack : topmost(stack.nestedStackParent);
}

/** The stack for vaults of another Region: one for each stack and Region, beside the stack that needs it. */
function supportStack(scope: Construct, region: string): Stack {
  const stack = topmost(Stack.of(scope));
  const stage = Stage.of(scope) ?? scope.node.root as Construct;
  const id = `backup-copies-${stack.node.addr}-${region}`;
  const existing = stage.node.tryFindChild(id) as Stack | undefined;
  if (existing !== undefined) {
    return existing;
  }
  const qualifier = stack.synthesizer.bootstrapQualifier;
  const usual = [undefined, DefaultStackSynthesizer.DEFAULT_QUALIFIER, stage.node.tryGetContext('@aws-cdk/core:bootstrapQualifier')].includes(qualifier);
  return new Stack(stage, id, {
    stackName: Token.isUnresolved(stack.stackName) ? undefined : `${stack.stackName.slice(0, 128 - region.length - 15)}-backup-copies-${region}`,
    description: `Vaults in ${region} for the copies of the backups of ${stack.stackName}`,
    env: { account: stack.account, region },
    tags: stack.tags.tagValues(),
    terminationProtection: stack.terminationProtection,
    synthesizer: usual ? undefined : new DefaultStackSynthesizer({ qualifier }),
  });
}

/**
 * The vault of a plan in another Region. Its name is known at synth, so that its ARN can be written without a reference: CloudFormation
 * knows none across Regions.
 */
export function vaultInRegion(plan: Construct, region: string, props: EfsBackupVaultProps | undefined): BoundDestination {
  const support = supportStack(plan, region);
  const id = Names.nodeUniqueId(plan.node);
  const backupVaultName = props?.backupVaultName ?? `${Names.uniqueResourceName(plan, { maxLength: 43, separator: '-' })}-copies`;
  let vault = support.node.tryFindChild(id) as EfsBackupVault | undefined;
  if (vault === undefined) {
    vault = new EfsBackupVault(support, id, { ...props, backupVaultName });
    MADE_WITH.set(vault, props);
  }
  throwProblems(plan, props === undefined || MADE_WITH.get(vault) === props ? [] : [{
    subject: 'copyActions',
    rule: `must make the vault in ${region} with the same props everywhere, since all rules of a plan share it`,
    remedy: `call CopyDestination.region('${region}', ...) once, and use what it answers in every rule`,
  }]);
  plan.node.addDependency(vault); // of its stack on the support stack: the vaults must be there before AWS Backup copies to them
  const arn = Stack.of(plan).formatArn({
    service: 'backup', region, resource: 'backup-vault', resourceName: backupVaultName, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return { arn, vault };
}
