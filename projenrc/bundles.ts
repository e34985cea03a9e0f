import { Component, javascript } from 'projen';
import type { awscdk } from 'projen';

/** The functions that ship: lambda/<name>.lambda.ts becomes assets/<name>.lambda/index.js. */
const HANDLERS = ['control-plane', 'cleanup-control-plane', 'custom-resources', 'file-system-worker'];

/** The lowest Lambda runtime that users may pick. */
const TARGET = 'node22';

/**
 * Bundles the Lambda functions with esbuild, the AWS SDK included: a user needs neither esbuild nor Docker, and what was
 * tested is what runs, whatever SDK the Lambda runtime brings.
 */
export class Bundles extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    const bundler = javascript.Bundler.of(project)!;
    for (const handler of HANDLERS) {
      bundler.addBundle(`lambda/${handler}.lambda.ts`, {
        platform: 'node',
        target: TARGET,
        format: 'cjs',
        outfile: 'index.js',
        minify: true,
        keepNames: true, // readable stack traces
        mainFields: ['module', 'main'], // a third smaller than esbuild's default order
        tsconfigPath: 'lambda/tsconfig.json',
        watchTask: false,
      });
    }
    project.npmignore!.exclude('/lambda/', '/rehearsal/', '/examples/', '/projenrc/', '/rosetta/', '/scripts/', '/.ci/', '/ARCHITECTURE.md', '/CONTRIBUTING.md', '/TESTING.md', '/.jsii.tabl.json', '/docs/decisions/', '/cdk.json', '/cdk.out/', '/bench/', '/test.log');
  }
}
