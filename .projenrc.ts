import { awscdk, cdk, javascript, typescript } from 'projen';
import { Bundles } from './projenrc/bundles';
import { Documentation } from './projenrc/documentation';
import { Layers } from './projenrc/layers';
import { Rehearsal } from './projenrc/rehearsal';
import { JEST, Tests } from './projenrc/tests';
import { AWS_CDK_FLOOR, CONSTRUCTS_FLOOR, VERSIONS } from './projenrc/versions';

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-efs-backup',
  description: 'Amazon EFS backups you can trust and restores you can run: AWS CDK constructs for AWS Backup vaults, plans, selections and restore workflows',
  keywords: ['aws', 'awscdk', 'aws-cdk', 'cdk', 'efs', 'aws-backup', 'backup', 'restore', 'disaster-recovery'],
  author: 'cdk-efs-backup maintainers',
  authorAddress: 'maintainers@cdk-efs-backup.invalid',
  authorOrganization: true,
  repositoryUrl: 'https://github.com/cdk-efs-backup/cdk-efs-backup.git',
  defaultReleaseBranch: 'main',
  license: 'Apache-2.0',
  stability: 'experimental',

  packageManager: javascript.NodePackageManager.NPM,
  allowScripts: ['esbuild'],
  minNodeVersion: '20.16.0',
  cdkVersion: AWS_CDK_FLOOR,
  constructsVersion: CONSTRUCTS_FLOOR,
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.3',
  peerDependencyOptions: { pinnedDevDependency: false },
  devDeps: VERSIONS,

  projenrcTs: true,
  runner: typescript.TypeScriptRunner.tsx(),
  validateTsconfig: cdk.ValidateTsconfig.STRICT,
  tsconfigDev: { include: ['../src/**/*.ts', '../lambda/**/*.ts', '../rehearsal/**/*.ts', '../examples/**/*.ts'], exclude: ['consumer'] },
  eslintOptions: { dirs: ['src', 'lambda', 'rehearsal', 'examples'], devdirs: ['test', 'projenrc'] },
  jestOptions: JEST,

  lambdaAutoDiscover: false,
  edgeLambdaAutoDiscover: false,
  singletonLambdaAutoDiscover: false,
  lambdaExtensionAutoDiscover: false,
  integrationTestAutoDiscover: false,
  bundlerOptions: { assetsDir: 'assets', esbuildVersion: '^0.28.2', runBundleTask: javascript.RunBundleTask.PRE_COMPILE },
  sampleCode: false,
  github: false,
  release: false,
  depsUpgrade: false,
});

new Layers(project);
new Bundles(project);
new Documentation(project);
new Rehearsal(project);
new Tests(project);

project.synth();
