import { Component, javascript } from 'projen';
import type { awscdk } from 'projen';

interface Layer {
  /** The files of the layer. */
  readonly files: string[];
  /** Files of it that have a stricter layer of their own. */
  readonly excludedFiles?: string[];
  /** What they may not import: a regular expression on the name of the module. */
  readonly forbidden: string;
  /** Why, and what to do instead. */
  readonly message: string;
}

/** Three layers, one direction: core <- constructs, core <- lambda. ARCHITECTURE.md says why. */
export const LAYERS: Layer[] = [
  {
    files: ['src/core/**/*.ts'],
    forbidden: '^(?!\\./)|/\\.\\./', // everything but its neighbours
    message: 'src/core is pure: it imports nothing outside src/core; take facts and time as arguments',
  },
  {
    files: ['src/**/*.ts'],
    excludedFiles: ['src/core/**/*.ts'],
    forbidden: '^aws-cdk-lib$|^@aws-sdk/|/lambda/|/rehearsal/',
    message: 'constructs import src/core and the submodules of aws-cdk-lib (aws-cdk-lib/core, not the barrel), never run-time code',
  },
  {
    files: ['lambda/**/*.ts'],
    // no package but the AWS SDK, of which more below; of this repository itself and src/core alone
    forbidden: '^(?!node:|@aws-sdk/|\\.{1,2}/)|/rehearsal/|/src(?!/core/(?!\\.))',
    message: 'run-time code knows no CDK: it imports src/core and node:*',
  },
];

/** Only these may construct an AWS client; everything else in lambda/ takes the client as a narrow interface. */
const MAY_CONSTRUCT_CLIENTS = ['lambda/control-plane.lambda.ts', 'lambda/cleanup-control-plane.lambda.ts', 'lambda/custom-resources.lambda.ts'];

/** The import boundaries of the layers, and the compiler options of the run-time code. */
export class Layers extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    const eslint = project.eslint!;
    for (const { files, excludedFiles = [], forbidden, message } of LAYERS) {
      eslint.addOverride({ files, excludedFiles, rules: { 'no-restricted-imports': ['error', { patterns: [{ regex: forbidden, message }] }] } } as any);
    }
    eslint.addOverride({
      files: ['lambda/**/*.ts'],
      excludedFiles: MAY_CONSTRUCT_CLIENTS,
      rules: {
        '@typescript-eslint/no-restricted-imports': ['error', {
          patterns: [{
            group: ['@aws-sdk/*'],
            allowTypeImports: true,
            message: `only ${MAY_CONSTRUCT_CLIENTS.join(' and ')} may use the AWS SDK; take a narrow interface instead`,
          }],
        }],
      },
    } as any);
    eslint.addOverride({
      files: ['src/**/*.ts', 'lambda/**/*.ts', 'rehearsal/**/*.ts'],
      rules: {
        'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
        'no-restricted-syntax': ['error', {
          selector: 'AssignmentExpression[operator!="="] AwaitExpression',
          message: 'the old value is read before the wait, and what others assign meanwhile is lost: wait first, then assign',
        }],
      },
    } as any);
    eslint.addIgnorePattern('test/consumer'); // a project of its own, against the packed library
    eslint.allowDevDeps('lambda/**');
    eslint.allowDevDeps('rehearsal/**');
    eslint.allowDevDeps('examples/**');

    // one program for everything that jsii does not compile; also what eslint's project service finds for these files
    for (const directory of ['lambda', 'rehearsal', 'examples']) {
      new javascript.TypescriptConfig(project, {
        fileName: `${directory}/tsconfig.json`,
        compilerOptions: {
          target: 'ES2022',
          module: 'esnext',
          moduleResolution: javascript.TypeScriptModuleResolution.BUNDLER,
          lib: ['es2024'],
          types: ['node'],
          strict: true,
          noEmit: true,
          noUnusedLocals: true,
          noUnusedParameters: true,
          noImplicitReturns: true,
          skipLibCheck: true,
          esModuleInterop: true,
          resolveJsonModule: true,
        },
        include: ['**/*.ts'],
      });
    }
    const typecheck = project.addTask('typecheck', { description: 'Type-check what jsii does not compile' });
    for (const program of ['lambda', 'rehearsal', 'examples', 'test']) {
      typecheck.exec(`tsc --noEmit -p ${program}/tsconfig.json`);
    }
    project.preCompileTask.prependSpawn(typecheck);
  }
}
