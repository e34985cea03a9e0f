import * as efs from 'aws-cdk-lib/aws-efs';
import { App, Stack } from 'aws-cdk-lib/core';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import { encryptedQuickStart, everyProp, everyRestore, quickStart, settings } from './helpers/apps';

/** What the validation of aws-cdk-lib only warns of fails, too. */
const STRICT = { '@aws-cdk/core:strictCfnValidateErrors': true };
const synth = (stack: Stack) => (stack.node.root as App).synth();
const before = { ...process.env };

beforeAll(() => {
  delete process.env.CDK_VALIDATION; // test/helpers/setup.ts turns it off for all other files, since it costs seconds
  process.env.CDK_APP_MODE = 'inmemory'; // puts the report into the message of the exception
});
afterAll(() => {
  process.env = before;
});

test.each<[string, (context: Record<string, unknown>) => Stack]>([
  ['the quick start', quickStart],
  ['the quick start with keys', encryptedQuickStart],
  ['every construct with every prop', everyProp],
  ['a restore workflow with everything', everyRestore],
  ['every custom resource', settings],
])('the template of %s breaks no rule of CloudFormation', (_name, make) => {
  expect(() => synth(make(STRICT))).not.toThrow();
});

test('a template that breaks a rule would be found', () => {
  const stack = new Stack(new App({ context: { ...flags, ...STRICT } }), 'Wrong');
  new efs.CfnFileSystem(stack, 'FileSystem', { encrypted: true, throughputMode: 'fast' });
  expect(() => synth(stack)).toThrow(/W3030/);
});

test('a property that does not exist would be found in the quick start', () => {
  const stack = quickStart(STRICT);
  const [worker] = stack.node.findAll().filter(({ node }) => node.path.endsWith('Worker/AccessPoint'));
  (worker as efs.CfnAccessPoint).addPropertyOverride('RootDirectory.Pfad', '/');
  expect(() => synth(stack)).toThrow(/Pfad/);
});
