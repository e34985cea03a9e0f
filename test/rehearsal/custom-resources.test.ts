import * as path from 'node:path';
import * as backup from 'aws-cdk-lib/aws-backup';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { AwsService } from '../../rehearsal/aws/service';
import { DeployedTemplate } from '../../rehearsal/run/deployed-template';
import { LambdaFunction } from '../../rehearsal/run/lambda-function';
import { AutomaticBackupVaultAccess, EfsAutomaticBackups, EfsBackupVault, EfsRegionOptIn, FinalBackup, RegionOptInMode } from '../../src';
import { startFixture } from './aws/fixture';
import type { Fixture } from './aws/fixture';
import { removeTemporaryDirectories, synthesize } from './run/fixture';
import { AUTOMATIC_BACKUP_VAULT_POLICY, deniesRestore } from '../../rehearsal/aws/vault-access-policy';
import { AUTOMATIC_BACKUP_VAULT, AUTO_DELETE_TAG } from '../../src/core/custom-resource';
import { CloudFormation, quietly } from '../custom-resources/cloud-formation';

/*
 * The shipped bundle in Lambda's runtime, with the environment and the properties of the synthesized template, called by the provider
 * framework as it is deployed: everything but AWS itself. test/custom-resources has the cases.
 */

const FILE_SYSTEM_ID = 'fs-0123456789abcdef0';
const functions: LambdaFunction[] = [];
let fixture: Fixture;
let service: AwsService;
let template: DeployedTemplate;
quietly();

beforeAll(() => {
  template = DeployedTemplate.fromAssembly(synthesize((stack) => {
    const fileSystem = efs.CfnFileSystem.fromFileSystemId(stack, 'FileSystem', FILE_SYSTEM_ID);
    new EfsAutomaticBackups(stack, 'Automatic', { fileSystem });
    new EfsBackupVault(stack, 'Vault', { removalPolicy: RemovalPolicy.DESTROY, autoDeleteRecoveryPoints: true, backupVaultName: 'throw-away' });
    new AutomaticBackupVaultAccess(stack, 'Access');
    new EfsRegionOptIn(stack, 'OptIn', { mode: RegionOptInMode.ENABLE });
    new FinalBackup(stack, 'Final', {
      fileSystem, backupVault: backup.BackupVault.fromBackupVaultName(stack, 'Final vault', 'final'), role: iam.Role.fromRoleName(stack, 'Role', 'backup'),
    });
  }));
});
beforeEach(async () => {
  fixture = await startFixture({ region: template.place.region });
  ({ service } = fixture);
  service.fileSystems.clear();
  service.createFileSystem(fixture.root, { fileSystemId: FILE_SYSTEM_ID });
});
afterEach(async () => {
  await Promise.all(functions.splice(0).map((fn) => fn.close()));
  await fixture.close();
});
afterAll(removeTemporaryDirectories);

/** The custom resource of a kind, with what the template says about it. */
function deploy(kind: string): { stack: CloudFormation; properties: object } {
  const [fn] = template.resources('AWS::Lambda::Function').filter(({ properties }) => (properties.Environment as any)?.Variables?.CUSTOM_RESOURCE === kind);
  const handler = LambdaFunction.fromTemplate(template, fn.logicalId, { endpointUrl: service.endpoint });
  functions.push(handler);
  expect(path.basename(template.asset(fn))).toMatch(/^asset\.[0-9a-f]+\.lambda$/);
  const stack = new CloudFormation(async (event) => handler.invoke(event).catch((error: { causeText: string }) => {
    const { errorType, errorMessage, trace = [] } = JSON.parse(error.causeText);
    throw Object.assign(new Error(errorMessage), { name: errorType, stack: trace.join('\n') });
  }));
  const { ServiceToken: _token, ...properties } = template.resources(`Custom::Efs${kind}`)[0].properties;
  return { stack, properties };
}

const SUCCESS = expect.objectContaining({ Status: 'SUCCESS' });

test('automatic backups are turned on, and off again', async () => {
  const { stack, properties } = deploy('AutomaticBackups');
  expect(await stack.create(properties)).toEqual(SUCCESS);
  expect(service.fileSystems.get(FILE_SYSTEM_ID)!.backupPolicy).toBe('ENABLED');
  expect(await stack.delete()).toEqual(SUCCESS);
  expect(service.fileSystems.get(FILE_SYSTEM_ID)!.backupPolicy).toBe('DISABLED');
});

test('a vault is emptied', async () => {
  const { stack, properties } = deploy('RecoveryPoints');
  service.vaults.create('throw-away').tags = { [AUTO_DELETE_TAG]: 'true' };
  expect(await stack.create(properties)).toEqual(SUCCESS);
  await service.backUp(service.fileSystems.get(FILE_SYSTEM_ID)!, 'throw-away');
  expect(await stack.delete()).toEqual(SUCCESS);
  expect(service.vaults.vault('throw-away').recoveryPoints).toEqual([]);
});

test('the vault of the automatic backups is opened, and closed again', async () => {
  const { stack, properties } = deploy('AutomaticBackupVaultAccess');
  const vault = service.vaults.create(AUTOMATIC_BACKUP_VAULT);
  expect(await stack.create(properties)).toEqual(SUCCESS);
  expect(deniesRestore(vault.accessPolicy)).toBe(false);
  expect(await stack.delete()).toEqual(SUCCESS);
  expect(vault.accessPolicy).toBe(AUTOMATIC_BACKUP_VAULT_POLICY);
});

test('the Region is opted in', async () => {
  const { stack, properties } = deploy('RegionOptIn');
  service.optIns.set('EFS', false);
  expect(await stack.create(properties)).toEqual(SUCCESS);
  expect(service.optIns.get('EFS')).toBe(true);
});

test('a final backup is made', async () => {
  const { stack, properties } = deploy('FinalBackup');
  service.vaults.create('final');
  expect(await stack.create(properties)).toEqual(SUCCESS);
  expect(await stack.delete()).toEqual(SUCCESS);
  expect(service.vaults.vault('final').recoveryPoints).toHaveLength(1);
});

test('an error reaches CloudFormation with its reason first, and without the stack of the bundle', async () => {
  const { stack, properties } = deploy('AutomaticBackups');
  service.fileSystems.clear();
  const { Status, Reason } = await stack.create(properties);
  expect([Status, Reason]).toEqual(['FAILED', expect.stringContaining(`'fileSystem' must be in this account and Region, and ${FILE_SYSTEM_ID} is not`)]);
  expect(Reason).not.toContain('index.js');
});
