import * as iam from 'aws-cdk-lib/aws-iam';
import { Stack, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { BackupPeers } from './backup-peers';
import type { BackupVaultOptions } from './backup-vault-options';
import type { DeletionGuard, DeletionGuardExemptions } from './deletion-guard';
import { checkDeploymentRole, deploymentRoleArn } from './deployment-role';
import { checkNotifications } from './vault-notifications';
import { checkBackupVaultName } from '../core/backup-vault-name';
import type { Problem } from '../core/problem';
import { checkVaultAccessStatement, COPY_INTO_VAULT } from '../core/vault-access-statement';
import type { VaultAccessStatement } from '../core/vault-access-statement';

/** Everything that is wrong with the props that all vaults have. */
export function checkVaultOptions(scope: Construct, options: BackupVaultOptions): Problem[] {
  const name = options.backupVaultName;
  return [
    ...checkBackupVaultName('backupVaultName', Token.isUnresolved(name) ? undefined : name),
    ...checkDeploymentRole(deploymentRoleArn(scope, options.deploymentRole)),
    ...(options.copySources ?? []).flatMap((peers, index) => peers._check(`copySources[${index}]`)),
    ...(options.accessPolicyStatements ?? []).flatMap((statement, index) => checkStatement(scope, `accessPolicyStatements[${index}]`, statement)),
    ...checkNotifications(scope, options),
  ];
}

/** Whom the guard of a vault lets through. */
export function exemptionsOf(scope: Construct, options: BackupVaultOptions): DeletionGuardExemptions {
  return {
    exemptRoleArns: (options.deletionExemptRoles ?? []).map((role) => role.roleRef.roleArn),
    deploymentRoleArn: deploymentRoleArn(scope, options.deploymentRole)!,
  };
}

/** The access policy as it is made: the guard, the accounts that copy into the vault, the user's own statements. */
export function accessStatements(guard: DeletionGuard, exemptions: DeletionGuardExemptions, options: BackupVaultOptions): iam.PolicyStatement[] {
  return [...guard._statements(exemptions), ...(options.accessPolicyStatements ?? []).map(onTheVault)];
}

/** Lets peers copy into the vault, in the form that AWS Backup accepts. */
export function allowCopyStatement(sid: string, peers: BackupPeers): iam.PolicyStatement {
  const { principal, conditions } = peers._principal();
  return new iam.PolicyStatement({ sid, actions: [COPY_INTO_VAULT], principals: [principal], resources: ['*'], conditions });
}

/** The access policy of a vault is about the vault: a statement without resources means it. */
export function onTheVault(statement: iam.PolicyStatement): iam.PolicyStatement {
  return statement.resources.length === 0 && statement.notResources.length === 0 ? statement.copy({ resources: ['*'] }) : statement;
}

/** What AWS Backup would refuse in a statement of the user. */
export function checkStatement(scope: Construct, subject: string, statement: iam.PolicyStatement): Problem[] {
  const { account } = Stack.of(scope);
  return checkVaultAccessStatement(subject, statementFacts(scope, statement), Token.isUnresolved(account) ? undefined : account);
}

function statementFacts(scope: Construct, statement: iam.PolicyStatement): VaultAccessStatement {
  const { Principal: principal, NotAction: notAction, Condition: conditions = {} } = statement.toStatementJson();
  const identities: unknown[] = principal === undefined ? [] : typeof principal === 'string' ? [principal] : Object.values(principal).flat();
  // a principal is often a token as a whole, of which the account is known all the same
  const named = identities.map((identity) => JSON.stringify(Stack.of(scope).resolve(identity)));
  return {
    allows: statement.effect === iam.Effect.ALLOW,
    actions: statement.actions.filter((action) => !Token.isUnresolved(action)),
    inverted: notAction !== undefined,
    everyone: identities.includes('*'),
    named: identities.length > 0,
    accounts: named.flatMap((identity) => /(?:^"|:iam::)(\d{12})[:"]/.exec(identity)?.[1] ?? []),
    conditionKeys: Object.values<object>(conditions).flatMap((keys) => Object.keys(keys)),
  };
}
