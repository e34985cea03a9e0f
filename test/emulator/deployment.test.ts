import * as fs from 'node:fs';
import * as path from 'node:path';
import { DeployedStack, patternOf } from './deployed-stack';
import { Emulator } from './emulator';
import { ANSWERED, BOOTSTRAP, STAND_INS } from './stand-ins';

const ROOT = path.join(__dirname, '..', '..');
const DEPLOYED = ['examples/quick-start.ts', 'examples/approved-restore.ts', 'examples/on-demand-before-deploy.ts', 'test/emulator/apps/encrypted.ts'];
/** The examples that the emulator cannot carry, and why. */
const NOT_DEPLOYED: Record<string, string> = {
  'examples/compliance-lock.ts': 'moto has no logically air-gapped vault',
  'examples/copies.ts': 'two accounts and two Regions, each of which would have to be bootstrapped',
  'examples/existing-file-systems.ts': 'it is about a file system and a security group that exist already, which moto would have to be given under their IDs',
};

test('each example is deployed, or not for a reason that is written here', () => {
  const examples = fs.readdirSync(path.join(ROOT, 'examples')).filter((file) => file.endsWith('.ts')).map((file) => `examples/${file}`);
  expect([...DEPLOYED.filter((app) => app.startsWith('examples/')), ...Object.keys(NOT_DEPLOYED)].sort()).toEqual(examples.sort());
});

describe.each(DEPLOYED)('%s', (app) => {
  let emulator: Emulator;
  let stacks: DeployedStack[];
  beforeAll(async () => {
    emulator = await Emulator.start();
    emulator.bootstrap();
    stacks = DeployedStack.deploy(emulator, `npx tsx ${app}`);
  });
  afterAll(() => emulator?.close());

  test('every stack is complete, and every resource of its template is there', () => {
    expect(stacks.map(({ name, status }) => [name, status])).toEqual(stacks.map(({ name }) => [name, 'CREATE_COMPLETE']));
    for (const stack of stacks) {
      expect(Object.keys(stack.physicalIds()).sort()).toEqual(Object.keys(stack.template.Resources).sort());
    }
  });

  test('nothing was left out in silence, and nothing broke', () => {
    const unsupported = [...emulator.log.matchAll(/No Moto CloudFormation support for (\S+)/g)].map(([, type]) => type);
    expect(unsupported.filter((type) => !(type in BOOTSTRAP))).toEqual([]);
    expect(emulator.log).not.toMatch(/Traceback|" 5\d\d -$/m);
  });

  test('every value that refers to another resource got its value', () => {
    const { Policies } = emulator.aws('iam', 'list-policies', '--scope', 'Local');
    const documents = Policies.map(({ Arn, DefaultVersionId }: any) =>
      emulator.aws('iam', 'get-policy-version', '--policy-arn', Arn, '--version-id', DefaultVersionId).PolicyVersion.Document);
    const ours = stacks.flatMap((stack) => stack.ofType('AWS::IAM::ManagedPolicy'));
    expect(documents).toHaveLength(ours.length);
    const variables = emulator.aws('lambda', 'list-functions').Functions.map(({ Environment, Role }: any) => ({ Role, ...Environment }));
    expect(JSON.stringify([documents, variables])).not.toMatch(/None|null|Fn::|"Ref"|\$\{/);
  });

  test('every role has the policies of its template', () => {
    for (const stack of stacks) {
      const ids = stack.physicalIds();
      for (const [id, { Properties }] of stack.ofType('AWS::IAM::Role')) {
        const { AttachedPolicies } = emulator.aws('iam', 'list-attached-role-policies', '--role-name', ids[id]);
        const own = (Properties!.ManagedPolicyArns ?? []).filter((arn: any) => 'Ref' in arn).map(({ Ref }: any) => ids[Ref]);
        expect(AttachedPolicies.map(({ PolicyArn }: any) => PolicyArn)).toEqual(expect.arrayContaining(own));
      }
    }
  });

  test('every state machine has the definition of its template', () => {
    for (const stack of stacks) {
      const ids = stack.physicalIds();
      for (const [id, { Properties }] of stack.ofType('AWS::StepFunctions::StateMachine')) {
        const { definition, roleArn } = emulator.aws('stepfunctions', 'describe-state-machine', '--state-machine-arn', ids[id]);
        expect(definition).toMatch(patternOf(Properties!.DefinitionString));
        expect(Object.keys(JSON.parse(definition).States)).not.toEqual([]);
        expect(roleArn).toContain(':role/');
      }
    }
  });

  test('every file system is encrypted, tagged, mountable, and backed up by AWS as its template says', () => {
    for (const stack of stacks) {
      const ids = stack.physicalIds();
      for (const [id, { Properties }] of stack.ofType('AWS::EFS::FileSystem')) {
        const [fileSystem] = emulator.aws('efs', 'describe-file-systems', '--file-system-id', ids[id]).FileSystems;
        expect(fileSystem).toMatchObject({ Encrypted: true, LifeCycleState: 'available' });
        expect(fileSystem.Tags).toEqual(expect.arrayContaining(Properties!.FileSystemTags.filter(({ Value }: any) => typeof Value === 'string')));
        expect(fileSystem.NumberOfMountTargets).toBe(stack.ofType('AWS::EFS::MountTarget').filter(([, target]) => target.Properties!.FileSystemId.Ref === id).length);
        const policy = () => emulator.aws('efs', 'describe-backup-policy', '--file-system-id', ids[id]).BackupPolicy.Status;
        if (Properties!.BackupPolicy.Status === 'ENABLED') {
          expect(policy()).toBe('ENABLED');
        } else {
          expect(policy).toThrow('PolicyNotFound'); // moto has no 'DISABLED'
        }
      }
    }
  });

  test('every rule of a plan writes to a vault that exists', () => {
    const vaults = emulator.aws('backup', 'list-backup-vaults').BackupVaultList.map(({ BackupVaultName }: any) => BackupVaultName);
    for (const { BackupPlanId } of emulator.aws('backup', 'list-backup-plans').BackupPlansList) {
      const { Rules } = emulator.aws('backup', 'get-backup-plan', '--backup-plan-id', BackupPlanId).BackupPlan;
      expect(Rules.length).toBeGreaterThan(0);
      for (const rule of Rules) {
        expect(vaults).toContain(rule.TargetBackupVaultName);
      }
    }
  });

  test('deleted, each stack leaves behind what it retains, and nothing else', () => {
    const ids = Object.assign({}, ...stacks.map((stack) => stack.physicalIds()));
    emulator.cdk('destroy', '--all', '--force', '--app', path.join(emulator.directory, 'cdk.out'));
    const left: Record<string, string[]> = {
      'AWS::EFS::FileSystem': emulator.aws('efs', 'describe-file-systems').FileSystems.map((it: any) => it.FileSystemId),
      'AWS::EFS::AccessPoint': emulator.aws('efs', 'describe-access-points').AccessPoints.map((it: any) => it.AccessPointId),
      'AWS::Backup::BackupVault': emulator.aws('backup', 'list-backup-vaults').BackupVaultList.map((it: any) => it.BackupVaultName),
      'AWS::Backup::BackupPlan': emulator.aws('backup', 'list-backup-plans').BackupPlansList.map((it: any) => it.BackupPlanId),
      'AWS::IAM::Role': emulator.aws('iam', 'list-roles').Roles.map((it: any) => it.RoleName).filter((name: string) => !name.startsWith('cdk-hnb659fds-')),
      'AWS::IAM::ManagedPolicy': emulator.aws('iam', 'list-policies', '--scope', 'Local').Policies.map((it: any) => it.Arn),
      // moto makes log groups of its own for functions
      'AWS::Logs::LogGroup': emulator.aws('logs', 'describe-log-groups').logGroups.map((it: any) => it.logGroupName).filter((name: string) => !name.startsWith('/aws/lambda/')),
      'AWS::Lambda::Function': emulator.aws('lambda', 'list-functions').Functions.map((it: any) => it.FunctionName),
      'AWS::StepFunctions::StateMachine': emulator.aws('stepfunctions', 'list-state-machines').stateMachines.map((it: any) => it.stateMachineArn),
      'AWS::SNS::Topic': emulator.aws('sns', 'list-topics').Topics.map((it: any) => it.TopicArn),
    };
    for (const [type, found] of Object.entries(left)) {
      const retained = stacks.flatMap((stack) => stack.retained(type)).map((id) => ids[id]);
      expect([type, found.sort()]).toEqual([type, retained.sort()]);
    }
    expect(left['AWS::EFS::FileSystem'].length).toBeGreaterThan(0);
    expect(left['AWS::Backup::BackupVault'].length).toBeGreaterThan(0);
  });
});

test('what moto lacks is listed with the reason', () => {
  for (const reason of Object.values({ ...STAND_INS, ...ANSWERED, ...BOOTSTRAP })) {
    expect(reason.length).toBeGreaterThan(20);
  }
});
