import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { CfnGuardValidator } from '@cdklabs/cdk-validator-cfnguard';
import type { App, Stack } from 'aws-cdk-lib/core';
import { encryptedQuickStart, everyRestore, isOurs, quickStart } from './helpers/apps';

const RULES = path.join(path.dirname(require.resolve('@cdklabs/cdk-validator-cfnguard/package.json')), 'rules', 'control-tower', 'cfn-guard');
const DOCUMENT = path.join(__dirname, '..', 'docs', 'compliance.md');

/** The paths of the constructs tell which resources are ours. */
const PATHS = { 'aws:cdk:enable-path-metadata': true };

type Resources = Record<string, { Type: string; Metadata?: Record<string, string> }>;

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'control-tower-'));
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

/** The controls, each with the types of resources that it reports on. */
const controls = fs.readdirSync(RULES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.guard')).map((file) => {
  const text = fs.readFileSync(path.join(RULES, file), 'utf8');
  return { control: path.basename(file, '.guard').toUpperCase().replaceAll('-', '.'), types: [...text.split('# Evaluates:')[0].matchAll(/^#\s+(AWS::\w+::\w+)\s*$/gm)].map(([, type]) => type) };
});

/** What the controls find in our own resources of a stack: control and type. */
function inspect(stack: Stack) {
  const template = path.join(directory, `${stack.stackName}.template.json`);
  fs.writeFileSync(template, JSON.stringify((stack.node.root as App).synth().getStackByName(stack.stackName).template));
  const resources: Resources = JSON.parse(fs.readFileSync(template, 'utf8')).Resources;
  const ours = Object.fromEntries(Object.entries(resources).filter(([, { Metadata }]) => Metadata?.['aws:cdk:path'] !== undefined && isOurs(Metadata['aws:cdk:path'])));
  const types = new Set(Object.values(ours).map(({ Type }) => Type));
  const { violations } = new CfnGuardValidator().validate({ templatePaths: [template] } as any);
  return {
    applicable: controls.filter((it) => it.types.some((type) => types.has(type))).map(({ control }) => control),
    findings: violations.flatMap(({ description, violatingResources }) => violatingResources
      .filter(({ resourceLogicalId }) => resourceLogicalId in ours)
      .map(({ resourceLogicalId }) => `${/\[(CT\.[\w.]+)\]/.exec(description)![1]} ${ours[resourceLogicalId].Metadata!['aws:cdk:path'].split('/').slice(1).filter((name) => name !== 'Resource').join('/')}`)),
  };
}

/** The rows of the table: control, what it asks for, without keys, with keys, why. */
const rows = fs.readFileSync(DOCUMENT, 'utf8').split('\n').filter((line) => /^\| CT\./.test(line)).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
const cells = (state: string) => [...state.matchAll(/`([^`]+)`/g)].map(([, where]) => where);

const plain = inspect(quickStart(PATHS));
const encrypted = inspect(encryptedQuickStart(PATHS));

test('the table of docs/compliance.md has every control that looks at a type of ours, and no other', () => {
  expect(rows.map(([control]) => control)).toEqual([...new Set([...plain.applicable, ...encrypted.applicable])].sort());
});

test.each([['the quick start', 2, plain], ['the quick start with keys', 3, encrypted]] as const)('the table says what is found in %s', (_name, column, { findings }) => {
  const documented = rows.flatMap((row) => cells(row[column]).map((where) => `${row[0]} ${where}`));
  expect(documented.sort()).toEqual([...new Set(findings)].sort());
  for (const row of rows) {
    expect([row[0], row[column]]).toEqual([row[0], cells(row[column]).length === 0 ? 'met' : expect.stringMatching(/^not met: /)]);
  }
});

test('a restore workflow with everything is looked at by no other control, and its findings are those of the table', () => {
  const { applicable, findings } = inspect(everyRestore(PATHS));
  const listed = rows.map(([control]) => control);
  expect(applicable.filter((control) => !listed.includes(control))).toEqual([]);
  // the cleanup has a function of its own, which is made as that of the workflow
  const alike = findings.map((finding) => finding.replace('Restore/Cleanup/', 'Restore/'));
  expect(alike.filter((finding) => !encrypted.findings.includes(finding))).toEqual([]);
});

test('whatever is not met says why', () => {
  const unexplained = rows.filter(([, , ...cell]) => (cell[0] !== 'met' || cell[1] !== 'met') && cell[2].length < 40);
  expect(unexplained.map(([control]) => control)).toEqual([]);
});

test('no control knows AWS Backup', () => {
  expect(controls.filter(({ types }) => types.some((type) => type.startsWith('AWS::Backup::')))).toEqual([]);
  expect(controls.length).toBeGreaterThan(200);
});

test('finds what is wrong: a file system that is not encrypted', () => {
  const template = path.join(directory, 'wrong.json');
  fs.writeFileSync(template, JSON.stringify({ Resources: { Data: { Type: 'AWS::EFS::FileSystem', Properties: { Encrypted: false, BackupPolicy: { Status: 'ENABLED' } } } } }));
  const { violations } = new CfnGuardValidator().validate({ templatePaths: [template] } as any);
  expect(violations.map(({ ruleName }) => ruleName)).toEqual(['efs_encrypted_check']);
});
