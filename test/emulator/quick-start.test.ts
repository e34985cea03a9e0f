import { DeployedStack } from './deployed-stack';
import { ACCOUNT, Emulator } from './emulator';

let emulator: Emulator;
let stack: DeployedStack;
let ids: Record<string, string>;
const named = (pattern: RegExp) => ids[Object.keys(stack.template.Resources).find((id) => pattern.test(id) && !/Policy/.test(id))!];

beforeAll(async () => {
  emulator = await Emulator.start();
  emulator.bootstrap();
  [stack] = DeployedStack.deploy(emulator, 'npx tsx examples/quick-start.ts');
  ids = stack.physicalIds();
});
afterAll(() => emulator?.close());

describe('permissions, as moto matches the statements that were deployed', () => {
  const roleArn = (name: string) => emulator.aws('iam', 'get-role', '--role-name', name).Role.Arn;

  /** The decisions about actions of a role on a resource, each with its action. */
  const decisions = (role: string, actions: string[], resource: string, context: Record<string, string> = {}) => {
    const entries = Object.entries(context).map(([key, value]) => `ContextKeyName=${key},ContextKeyValues=${value},ContextKeyType=string`);
    return Object.fromEntries(emulator.aws('iam', 'simulate-principal-policy', '--policy-source-arn', roleArn(role), '--action-names', ...actions,
      '--resource-arns', resource, ...(entries.length > 0 ? ['--context-entries', ...entries] : [])).EvaluationResults
      .map(({ EvalActionName, EvalDecision }: any) => [EvalActionName, EvalDecision]));
  };
  const decision = (role: string, action: string, resource: string, context: Record<string, string> = {}) =>
    decisions(role, [action], resource, context)[action];
  const each = (actions: string[], what: string) => Object.fromEntries(actions.map((action) => [action, what]));
  const stateMachine = () => named(/^DataRestoreStateMachine[0-9A-F]{8}$/);
  const passedTo = (service: string) => ({ 'iam:PassedToService': `${service}.amazonaws.com` });

  test('an operator may start a restore', () => {
    expect(decision(named(/^Operators/), 'states:StartExecution', stateMachine())).toBe('allowed');
  });

  test('an operator may neither pass a role, nor start a restore job by hand, nor another state machine, nor change this one', () => {
    const operator = named(/^Operators/);
    expect(decision(operator, 'iam:PassRole', roleArn(named(/^DataRestoreRestoreRole/)), passedTo('backup'))).toBe('implicitDeny');
    expect(decision(operator, 'states:StartExecution', `arn:aws:states:${emulator.region}:${ACCOUNT}:stateMachine:another`)).toBe('implicitDeny');
    const others = ['backup:StartRestoreJob', 'states:UpdateStateMachine', 'lambda:InvokeFunction', 'elasticfilesystem:ClientMount', 'sts:AssumeRole'];
    expect(decisions(operator, others, '*')).toEqual(each(others, 'implicitDeny'));
    expect(decisions(operator, others, stateMachine())).toEqual(each(others, 'implicitDeny'));
  });

  test('the workflow may pass the restore role, to AWS Backup alone, and no other role', () => {
    const workflow = named(/^DataRestoreStateMachineRole[0-9A-F]{8}$/);
    const restoreRole = roleArn(named(/^DataRestoreRestoreRole/));
    expect(decision(workflow, 'iam:PassRole', restoreRole, passedTo('backup'))).toBe('allowed');
    expect(decision(workflow, 'iam:PassRole', restoreRole, passedTo('lambda'))).toBe('implicitDeny');
    expect(decision(workflow, 'iam:PassRole', roleArn(named(/^Operators/)), passedTo('backup'))).toBe('implicitDeny');
  });

  test('the worker may mount this file system and no other, and call neither AWS Backup nor IAM', () => {
    const worker = named(/^DataRestoreWorkerFunctionServiceRole[0-9A-F]{8}$/);
    const fileSystem = (id: string) => `arn:aws:elasticfilesystem:${emulator.region}:${ACCOUNT}:file-system/${id}`;
    const accessPoint = `arn:aws:elasticfilesystem:${emulator.region}:${ACCOUNT}:access-point/${emulator.aws('efs', 'describe-access-points').AccessPoints[0].AccessPointId}`;
    const through = { 'elasticfilesystem:AccessPointArn': accessPoint };
    const client = ['ClientMount', 'ClientWrite', 'ClientRootAccess'].map((name) => `elasticfilesystem:${name}`);
    const own = fileSystem(named(/^DataFileSystem[0-9A-F]{8}$/));
    expect(decisions(worker, client, own, through)).toEqual(each(client, 'allowed'));
    expect(decisions(worker, client, own, { 'elasticfilesystem:AccessPointArn': `${accessPoint}0` })).toEqual(each(client, 'implicitDeny'));
    expect(decisions(worker, client, fileSystem('fs-0123456789abcdef0'), through)).toEqual(each(client, 'implicitDeny'));
    const others = ['backup:StartRestoreJob', 'backup:DeleteRecoveryPoint', 'iam:PassRole', 'elasticfilesystem:DeleteFileSystem'];
    expect(decisions(worker, others, '*')).toEqual(each(others, 'implicitDeny'));
  });

  test('nobody of this library may delete a recovery point, a vault or a file system', () => {
    for (const role of stack.ofType('AWS::IAM::Role').map(([id]) => ids[id]).filter((name) => /-(Data|Plan)/.test(name))) {
      const destructive = ['backup:DeleteRecoveryPoint', 'backup:DeleteBackupVault', 'backup:PutBackupVaultAccessPolicy', 'elasticfilesystem:DeleteFileSystem'];
      expect([role, decisions(role, destructive, '*')]).toEqual([role, each(destructive, 'implicitDeny')]);
    }
  });
});

describe('the workflow, executed by the interpreter of moto with the functions that were deployed', () => {
  /** Runs until it ends. */
  const execution = async (executionArn: string) => {
    for (let looks = 0; looks < 60; looks += 1) {
      const found = emulator.aws('stepfunctions', 'describe-execution', '--execution-arn', executionArn);
      if (found.status !== 'RUNNING') {
        return found;
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error(`${executionArn} does not end`);
  };

  test('the command of the output starts an execution of it', () => {
    const { executionArn } = JSON.parse(emulator.shell(stack.outputs.RestoreOneFile));
    expect(executionArn).toContain(named(/^DataRestoreStateMachine[0-9A-F]{8}$/).split(':stateMachine:')[1]);
  });

  test('a request with a mistake ends in its named error, step by step as the definition says, and the topic is told', async () => {
    const { executionArn } = emulator.aws('stepfunctions', 'start-execution', '--state-machine-arn', named(/^DataRestoreStateMachine[0-9A-F]{8}$/),
      '--name', 'mistake', '--input', '{"items":["projects/alpha"]}');
    const ended = await execution(executionArn);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'InvalidRestoreRequest', cause: expect.stringContaining('\'items[0]\' must begin with "/"') });
    const { events } = emulator.aws('stepfunctions', 'get-execution-history', '--execution-arn', executionArn);
    expect(events.map((event: any) => event.stateEnteredEventDetails?.name).filter(Boolean)).toEqual(['Begin', 'PrepareRestore', 'ReportFailure', 'PublishFailure', 'RestoreFailed']);

    const [published] = events.map((event: any) => event.taskScheduledEventDetails).filter((details: any) => details?.resourceType.endsWith('sns'));
    expect(JSON.parse(published.parameters)).toMatchObject({ TopicArn: named(/^Restores/), Message: expect.stringContaining('InvalidRestoreRequest') });
    expect(events.some((event: any) => event.taskSucceededEventDetails?.resourceType.endsWith('sns'))).toBe(true);
  });
});

test('a second deployment adds to the stack and replaces nothing that holds data', () => {
  const [updated] = DeployedStack.deploy(emulator, 'npx tsx test/emulator/apps/updated.ts');
  expect(updated.status).toBe('UPDATE_COMPLETE');
  const after = updated.physicalIds();
  const kept = ['AWS::EFS::FileSystem', 'AWS::EFS::MountTarget', 'AWS::EFS::AccessPoint', 'AWS::Backup::BackupVault', 'AWS::Backup::BackupPlan', 'AWS::StepFunctions::StateMachine', 'AWS::Logs::LogGroup'];
  for (const [id, { Type }] of Object.entries(stack.template.Resources).filter(([, resource]) => kept.includes(resource.Type))) {
    expect([Type, id, after[id]]).toEqual([Type, id, ids[id]]);
  }
  const added = Object.keys(after).filter((id) => !(id in ids));
  expect(added).toEqual(expect.arrayContaining([expect.stringMatching(/^Auditors[0-9A-F]{8}$/)]));
  expect(emulator.aws('efs', 'describe-file-systems').FileSystems).toHaveLength(1);
  expect(emulator.aws('backup', 'list-backup-vaults').BackupVaultList).toHaveLength(1);
});
