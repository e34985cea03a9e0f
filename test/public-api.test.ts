import * as path from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import * as ts from 'typescript';
import { quickStart } from './helpers/apps';
import { WarningId } from '../src/private/warnings';

/**
 * What users rely on. These lists only grow: a name that goes breaks code, a warning id that goes breaks acknowledgements, and a
 * logical id that goes makes CloudFormation replace a file system or a vault.
 */
const EXPORTS = [
  'AfterRestore', 'AutomaticBackupVaultAccess', 'AutomaticBackupVaultAccessProps', 'AutomaticBackups', 'AutomaticBackupsStatus',
  'AutomaticVaultGuardOptions', 'BackedUpByPlan', 'BackedUpFileSystem', 'BackedUpFileSystemProps', 'BackupPeers', 'BackupVaultOptions',
  'CleanupMetric', 'CleanupMode', 'ClientAccess', 'ClientMount', 'ComplianceLockAcknowledgement', 'ComplianceLockOptions',
  'ConflictPolicy', 'CopyDestination', 'DeletionGuard', 'DeletionGuardOptions', 'EfsAutomaticBackups', 'EfsAutomaticBackupsProps',
  'EfsBackup', 'EfsBackupEstimate', 'EfsBackupPlan', 'EfsBackupPlanOptions', 'EfsBackupPlanProps', 'EfsBackupPresetOptions',
  'EfsBackupProps', 'EfsBackupRule', 'EfsBackupRuleProps', 'EfsBackupRun', 'EfsBackupSelection', 'EfsBackupSelectionOptions',
  'EfsBackupSelectionProps', 'EfsBackupTag', 'EfsBackupVault', 'EfsBackupVaultGrants', 'EfsBackupVaultProps', 'EfsCopyAction',
  'EfsExpectedData', 'EfsFileSystemBackupGrants', 'EfsFileSystemPolicy', 'EfsLogicallyAirGappedVault', 'EfsLogicallyAirGappedVaultProps',
  'EfsOnDemandBackup', 'EfsOnDemandBackupGrants', 'EfsOnDemandBackupOptions', 'EfsOnDemandBackupProps', 'EfsRegionOptIn',
  'EfsRegionOptInProps', 'EfsRestoreWorkflow', 'EfsRestoreWorkflowGrants', 'EfsRestoreWorkflowOptions', 'EfsRestoreWorkflowProps',
  'EfsTagCondition', 'FileSystemSelector', 'FinalBackup', 'FinalBackupOptions', 'FinalBackupProps', 'LockChanges', 'MergedDirectories',
  'NewFileSystem', 'NewFileSystemPerformanceMode', 'PilingUpAlarmOptions', 'RecoveryDirectoryCleanup', 'RecoveryDirectoryCleanupGrants',
  'RecoveryDirectoryCleanupOptions', 'RecoveryDirectoryCleanupProps', 'RecoveryDirectoryDisposal', 'RegionOptInMode', 'RestoreApproval',
  'RestoreApprovalStage', 'RestoreExpectation', 'RestoreHooks', 'RestoreMetric', 'RestoreRequest', 'UnfinishedFinalBackup',
  'UnprovenDirectories', 'VaultEncryption', 'VaultEvent', 'VaultKeyOptions', 'VaultLock', 'VaultLockOptions', 'WorkflowHook',
  'WorkflowHookOptions',
];

const WARNINGS = [
  'cdk-efs-backup:automaticBackupsBesidePlan', 'cdk-efs-backup:completionWindow', 'cdk-efs-backup:longBackup', 'cdk-efs-backup:manyRestoreItems',
  'cdk-efs-backup:notificationTopicPolicy', 'cdk-efs-backup:overlappingAutomaticBackups', 'cdk-efs-backup:overlappingPlans',
  'cdk-efs-backup:overlappingRules', 'cdk-efs-backup:policyWithoutMount', 'cdk-efs-backup:schedule', 'cdk-efs-backup:startWindow',
  'cdk-efs-backup:warmStorage',
];

const STATEFUL = {
  DataFileSystemDBE65FE2: 'AWS::EFS::FileSystem',
  DataRestoreControlPlaneFunctionLogGroupF9D6BC83: 'AWS::Logs::LogGroup',
  DataRestoreLogGroupFC06F5E2: 'AWS::Logs::LogGroup',
  DataRestoreWorkerFunctionLogGroup65607FE5: 'AWS::Logs::LogGroup',
  PlanBackupRoleServiceRoleA649345E: 'AWS::IAM::Role', // AWS Backup needs it as long as there are recovery points
  PlanBackupRoleServiceRolePolicyF30B6D01: 'AWS::IAM::ManagedPolicy',
  VaultBackupVault941BB541: 'AWS::Backup::BackupVault',
};

test('the exported names', () => {
  const index = path.join(__dirname, '..', 'src', 'index.ts');
  const program = ts.createProgram([index], { types: [], moduleResolution: ts.ModuleResolutionKind.Bundler, module: ts.ModuleKind.ES2022 });
  const checker = program.getTypeChecker();
  const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(index)!)!)
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol)); // eslint-disable-line no-bitwise
  const names = symbols.filter((symbol) => !symbol.getJsDocTags().some((tag) => tag.name === 'internal')).map(({ name }) => name);
  expect(names.sort()).toEqual(EXPORTS);
});

test('the ids of the warnings', () => {
  expect(Object.values(WarningId).sort()).toEqual(WARNINGS);
});

test('the logical ids of what the quick start retains', () => {
  const { Resources } = Template.fromStack(quickStart()).toJSON() as { Resources: Record<string, { Type: string; DeletionPolicy?: string }> };
  const retained = Object.entries(Resources).filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain').map(([id, { Type }]) => [id, Type]);
  expect(Object.fromEntries(retained.sort())).toEqual(STATEFUL);
});

test('the logical ids of what the quick start can only replace: who knows the state machine by its ARN loses it', () => {
  const template = Template.fromStack(quickStart());
  expect(Object.keys(template.findResources('AWS::StepFunctions::StateMachine'))).toEqual(['DataRestoreStateMachine3F95CB81']);
  expect(Object.keys(template.findResources('AWS::EFS::AccessPoint'))).toEqual(['DataRestoreWorkerAccessPoint5DDF8212']);
});
